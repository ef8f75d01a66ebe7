"""What public Homes show, and how officers read it."""
