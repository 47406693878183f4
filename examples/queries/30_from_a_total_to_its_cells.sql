-- Con số tổng này lấy từ những ô nào của những báo cáo nào?
-- From which cells of which reports does a total come?
-- Here the inspections of 2021. Value times weight adds up to the figure where `uncounted` is blank; elsewhere it says why not.
-- With the text of each cell, on the command line:
--   danvan trace mart.key_figures --key year=2021,reporter_level=unit --column inspections_done --cells
SELECT unit_code, period_id, file_name, sheet, cell, value, weight, uncounted
FROM meta.cells_of('mart.key_figures', 'inspections_done', ['year=2021,reporter_level=unit'])
ORDER BY unit_code, period_id, submission_id, sheet, source_row
