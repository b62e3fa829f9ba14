"""Made-up data for a sample of every paper: nobody in it exists.

For `tannha samples`, the documents, tests and benchmarks. What is printed for real people never comes from here.
"""

from labels.samples.made_up import Sample

__all__ = ["Sample"]
