-- Of two years on either side of the change of the dialogue norm: the dialogues that may not be compared, and the rate that may.
SELECT k.year, sum(d.dialogue_count) AS periodic_dialogues,
       any_value(mart.is_comparable('dialogue_by_kind', 'dialogue_count', 2020, 2022)) AS dialogues_comparable,
       any_value(k.dialogue_percent) AS dialogue_percent,
       any_value(mart.is_comparable('key_figures', 'dialogue_percent', 2020, 2022)) AS percent_comparable
FROM mart.key_figures k JOIN mart.dialogue_by_kind d USING (year, reporter_level)
WHERE k.year IN (2020, 2022) AND reporter_level = 'unit' AND d.dialogue_kind_code = 'dinh_ky'
GROUP BY k.year ORDER BY k.year
