"""Logged decisions read in batches from files and loops, for `offline_evaluation`.

A log with faults is rejected as a whole, with its faulty lines.

- `log_file`: a file on disk, and its format by its first bytes.
- `log_recognition`: logs told from other files by their first line.
- `log_reader`: batches of decisions from a file of any format.
- `csv_file`, `parquet_file`: rows of a table.
- `table_file`: columns, first rows and batches of a table in either format.
- `table_batch`: rows of a table with their positions in the file.
- `column_roles`: the meaning of each column, guessed and then corrected by the user.
- `cell_values`: columns as arrays; cells that cannot be read are faults.
- `table_decisions`: rows of a table as decisions.
- `dsjson_decisions`: lines of the service's dsjson format as decisions.
- `loop_decisions`: the log of a loop, or of an exported one, as decisions.
- `batch_concatenation`: batches merged into one log.
- `event_range`: the part of a log to evaluate.
- `duplicate_events`: events that occur twice.
- `rounded_probabilities`: estimates of probabilities that were rounded in the file.
- `reader_process`, `reader_main`: untrusted files read in a process of their own; its program.
- `reader_messages`: messages between the server and that process.
"""
