import anthropic

AnthropicInstrumentor().instrument(tracer_provider=provider)
client = anthropic.Anthropic(base_url=model_url, api_key="none")
tools = [{"name": "weather", "description": "The weather.", "input_schema": parameters}]
messages = []
for question in questions:
    with request():
        messages.append({"role": "user", "content": question})
        while True:
            reply = client.messages.create(
                model="model", max_tokens=99, system="Be brief.", messages=messages, tools=tools
            )
            messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in reply.content]})
            calls = [block for block in reply.content if block.type == "tool_use"]
            if not calls:
                break
            results = [{"type": "tool_result", "tool_use_id": call.id, "content": weather(**call.input)} for call in calls]
            messages.append({"role": "user", "content": results})
provider.shutdown()
