"""The HTTP API: its own routes, those of OpenAI's chat clients, tools for models over MCP, sign-in, and what guards them all."""
