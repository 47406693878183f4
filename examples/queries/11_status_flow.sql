-- Từ năm trước sang năm nay, các mô hình chuyển trạng thái ra sao, bao nhiêu mô hình không còn được báo cáo?
-- From which status to which did models go from the year before to this one, and how many are no longer reported?
-- Blank: not reported. After ket_thuc or khong_dat that is as it should be; of others mart.model_path.is_vanished tells.
-- Models of superior bodies are in it: one is nobody else's model too.
SELECT from_status_code, to_status_code, model_count
FROM mart.model_flow(2024)
ORDER BY from_status_code NULLS FIRST, to_status_code NULLS LAST
