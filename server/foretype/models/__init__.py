"""Who answers: the provider interface and the ways to reach a model. The only package that sends anything."""
