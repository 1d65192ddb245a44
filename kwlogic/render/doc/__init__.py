"""Documentation as Markdown (MyST), and as a site made of it."""
