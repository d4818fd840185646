"""The engine that needs no model: it repeats patterns of this workspace, and says how sure it is.

Pure: standard library only, no I/O, nothing of the other folders.  The way of a query is `predict.py`.

    open_file = OpenFile()                      # one for each open document
    for _ in open_file.prepare(chunks, line):   # optional: index it in steps of about 1 ms
        ...                                     # let others run
    query = Query(chunks, line, column, path, language_id)
    prediction = complete(query, open_file, segments, hidden, rejected)
    if prediction and prediction.confidence >= SHOWN:
        ...                                     # insert prediction.text, replacing prediction.replaces

    data = build_segment([(path, text), ...])   # in a worker process; a few hundred thousand tokens each
    segment = Segment(memoryview_of_a_mapping)  # ValueError if damaged or of another version
"""

from __future__ import annotations

from .open_file import OpenFile
from .predict import SHOWN, VERY_CONFIDENT, Prediction, Query, complete, predictions
from .segment import VERSION, Segment, build_segment

__all__ = [
    "SHOWN",
    "VERSION",
    "VERY_CONFIDENT",
    "OpenFile",
    "Prediction",
    "Query",
    "Segment",
    "build_segment",
    "complete",
    "predictions",
]
