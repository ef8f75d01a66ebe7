"""Everything that changes a public Home. Each action counts up the page version of its unit, so that kept pages go."""
