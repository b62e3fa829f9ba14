"""One module for each paper: its rows read into finished data, and its entry of the registry.

What several of them ask is `api.documents.common`; how a paper looks is `labels.papers`.
"""
