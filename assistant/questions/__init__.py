"""Reading a question: what it asks for, about what, and what it leaves to the turns before."""
