"""The sample corpus: a realistic bloc, 2013-2025, deterministic; its figures reconcile with the founding document.

Belongs here: sample data for demo, tests and benchmarks. Does not: anything that the pipeline needs.
"""

from assets.sample.files import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
