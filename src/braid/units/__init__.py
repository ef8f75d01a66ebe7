"""The tree of units: where everything stands."""
