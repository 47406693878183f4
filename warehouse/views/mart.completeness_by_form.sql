-- Đầy đủ và đúng hạn theo mẫu - What was expected of each unit on each form and what came; summed over the forms: mart.completeness.
--   year: Năm - Year
--   unit_id: Đơn vị - Unit
--   form_code: Mẫu - Form
--   period_id: Kỳ báo cáo - Period
--   is_expected: Phải báo cáo - A report is expected: of units alive on the last day of the period, while the form is in force, or the final one
--   is_final: Báo cáo cuối - The last report of a unit that ends with this period or within it
--   due_date: Hạn nộp - Due day by the deadline file
--   received_count: Số bản đã gửi - Distinct files received
--   accepted_count: Số bản được nhận - Versions accepted
--   first_report_date: Ngày báo cáo đầu tiên - Report date of the first version
--   days_late: Số ngày chậm - Days after due day plus grace; 0 when on time; blank when nothing accepted
--   timeliness: Tình trạng - on_time, late, rejected or missing, as it stands when every due day is over; on a day: core.report_standing(day)
SELECT year, unit_id, form_code, period_id, is_expected, is_final, due_date, received_count, accepted_count, first_report_date, days_late, timeliness
FROM core.report_standing(NULL)
