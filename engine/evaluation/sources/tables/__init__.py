"""Files of rows, CSV and Parquet, as `pyarrow.RecordBatch` after batch."""
