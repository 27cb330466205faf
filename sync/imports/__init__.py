"""The import of a CSV file, end to end: upload, preview, mapping, the job, its result, undo."""
