"""`make bench`: what people wait for, measured at size over HTTP, beside the best SQL for the same answer.

`python -m bench --contacts N` holds servers of its own under `.data/bench`, loads made-up people, starts Kith as
`make run` does, asks it, prints one table and writes `bench.json`. `bench.report` makes docs/performance.md of that.
"""
