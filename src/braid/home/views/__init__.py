"""Pages of the public Home: the Home itself, feeds, sitemaps, finding a unit, and editing."""
