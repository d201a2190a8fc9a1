"""The part a chat model may take in an answer, held to the same proof, and conversations as they were held."""
