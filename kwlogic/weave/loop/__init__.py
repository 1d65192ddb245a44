"""The loop end to end: prompts go to kernels or to a model, and what the model did well becomes kernels."""
