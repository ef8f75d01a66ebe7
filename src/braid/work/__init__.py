"""The work network: directives down, reports up, and the burden both put on the grass roots."""
