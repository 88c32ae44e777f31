import openai

OpenAIInstrumentor().instrument(tracer_provider=provider)
client = openai.OpenAI(base_url=f"{model_url}/v1", api_key="none")
tools = [{"type": "function", "name": "weather", "description": "The weather.", "parameters": parameters}]
items = []
for question in questions:
    with request():
        items.append({"role": "user", "content": question})
        while True:
            reply = client.responses.create(model="model", input=items, tools=tools, instructions="Be brief.")
            items += [item.model_dump(exclude_none=True) for item in reply.output]
            calls = [item for item in reply.output if item.type == "function_call"]
            if not calls:
                break
            for call in calls:
                result = weather(**json.loads(call.arguments))
                items.append({"type": "function_call_output", "call_id": call.call_id, "output": result})
provider.shutdown()
