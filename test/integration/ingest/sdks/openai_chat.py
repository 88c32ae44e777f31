import openai

OpenAIInstrumentor().instrument(tracer_provider=provider)
client = openai.OpenAI(base_url=f"{model_url}/v1", api_key="none")
tools = [{"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": parameters}}]
messages = [{"role": "system", "content": "Be brief."}]
for question in questions:
    with request():
        messages.append({"role": "user", "content": question})
        while True:
            reply = client.chat.completions.create(model="model", messages=messages, tools=tools).choices[0].message
            messages.append(reply.model_dump(exclude_none=True))
            if not reply.tool_calls:
                break
            for call in reply.tool_calls:
                result = weather(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
provider.shutdown()
