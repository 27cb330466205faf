"""What is measured, one module a stage: each takes a `Subject` and yields `Result`s."""
