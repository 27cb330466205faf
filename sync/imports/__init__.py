"""The import of a CSV or vCard file, end to end: upload, preview, mapping, the job, its result, undo."""
