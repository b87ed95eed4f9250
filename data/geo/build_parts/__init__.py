"""The steps of the build of the geography, one module a step."""
