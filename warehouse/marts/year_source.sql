SELECT * FROM core.reports_used(DATE '0001-01-01', DATE '9999-12-31')
