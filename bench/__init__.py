"""Benchmarks: each takes its data as an argument and writes its table into docs/evaluation.md."""
