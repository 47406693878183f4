-- Of every year the units' figures that a screen has room for, each rate with the units behind it.
SELECT year, due, received, sessions_quan_triet AS quan_triet, classes_tap_huan AS tap_huan, classes_qpan AS qpan,
       models_done_or_running AS models, models_running AS running, inspections_done AS inspections, dialogue_percent,
       dialogue_percent_low AS low, dialogue_units_counted AS counted, dialogue_units_none AS none, dialogue_units_no_figure AS no_figure
FROM mart.key_figures WHERE reporter_level = 'unit' ORDER BY year
