-- Đơn vị tổ chức đối thoại định kỳ đạt bao nhiêu phần trăm so với quy định?
-- What percentage of the periodic dialogues that the decree requires were held?
-- Beside the rate: over how many units it is, how many wrote "không" instead of a number, and the rate if those held none.
SELECT year, dialogues_done, dialogues_required, dialogue_percent, dialogue_percent_low,
       dialogue_units_counted, dialogue_units_none, dialogue_units_no_figure
FROM mart.key_figures
WHERE reporter_level = 'unit'
ORDER BY year
