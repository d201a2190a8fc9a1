"""Who asks, how they signed in, and what of the library exists for them."""
