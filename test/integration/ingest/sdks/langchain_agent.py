from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

LangChainInstrumentor().instrument(tracer_provider=provider)
model = ChatOpenAI(model="model", base_url=f"{model_url}/v1", api_key="none")
agent = create_agent(model, tools=[weather], system_prompt="Be brief.")
messages = []
for question in questions:
    asked = {"messages": [*messages, ("user", question)]}
    messages = agent.invoke(asked, config={"configurable": {"thread_id": "s1"}})["messages"]
provider.shutdown()
