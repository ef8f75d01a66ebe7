"""Today, My unit and Subtree: what a signed-in person sees first."""
