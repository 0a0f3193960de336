"""Work behind the screen.

- `browser_session`: the browser session for which a thread works.
- `session_singletons`: objects of a session, one per class.
- `session_limit`: refusal of further sessions when too many are open.
- `job_queue`: background jobs of all sessions in one thread, in turns.
- `race_pool`: worker processes for races.
- `crowd_arrivals`: simulated visitors: a crowd, a steady rate, or one at a time.
- `frame_scheduler`: order in which live pages draw their frames.
- `frame_pace`: seconds between the frames of a live page, by the load of the server.
- `figure_registry`: charts and tables that each part of a page drew last, for its downloads.
- `uploads`: uploaded files, on disk until they are imported.
- `download_permission`: a session's secret token, and the files that it may download.
- `spreadsheet_safe_export`: tables as CSV and Parquet.
- `log_length_route`: POST route with the length of a loop's log, for pages that poll it.
- `request_body_limit`: the body of a request, truncated at a maximum; callers check its length.
- `recent_calls`: latest calls of applications, for Connect.
- `stage_remotes`: stages, and the phones that control or watch them.
- `server_logging`: the server's log, in JSON without personal data.
"""
