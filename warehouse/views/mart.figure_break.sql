-- Mốc thay đổi của từng số liệu - Every change to mind in each figure of each mart, and whether it binds.
--   binds: Không so sánh được - The figure before and after is not comparable
--   note_vi: Nội dung - What changed, in Vietnamese
--   note_en: Nội dung (tiếng Anh) - What changed
SELECT s.mart_name, s.column_name, b.year, b.break_date, b.break_kind,
       -- a rate against the norm stays comparable when the norm changes; what is made of old and new columns bridges their change
       bool_or(b.binds AND NOT (s.is_rate AND b.break_kind = 'norm') AND (NOT s.is_made_of OR b.break_kind IN ('norm', 'redefined'))) AS binds,
       b.break_note_vi AS note_vi, b.break_note AS note_en
FROM meta.figure_source s
JOIN mart.series_break b ON b.table_name IN (s.source_table, '*') AND b.column_name IN (s.source_column, '*')
GROUP BY s.mart_name, s.column_name, b.year, b.break_date, b.break_kind, b.break_note_vi, b.break_note
