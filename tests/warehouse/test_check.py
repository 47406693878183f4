"""Declarations are checked when they are loaded: each typo is refused with file, line, what was found and what is allowed."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from expectations.catalogue import catalogue
from tests.support import REPO
from warehouse.check import DeclarationError
from warehouse.closing_day import closing_day
from warehouse.codes import code_lists, status_path
from warehouse.deadlines import deadlines
from warehouse.forms import form_versions
from warehouse.guard import guard
from warehouse.marts import check_readers
from warehouse.norms import dialogue_norms, known_breaks
from warehouse.relation import relations
from warehouse.source import Source
from warehouse.sql_files import sql_files

TRAINING, MART = "warehouse/tables/form/training.yaml", "warehouse/tables/system/mart.yaml"
FORM, LINES = "warehouse/forms/bcdv/2023/form.yaml", "warehouse/forms/bcdv/2023/columns.csv"
FIRST, FIRST_FORM = "warehouse/forms/bcdv/2013/columns.csv", "warehouse/forms/bcdv/2013/form.yaml"
FIELD, LEVEL, PATH = (
    "warehouse/codes/field.csv",
    "warehouse/codes/admin_level.csv",
    "warehouse/codes/paths/model_status.csv",
)
GUARD, CLOSING = "warehouse/guard.yaml", "warehouse/closing.yaml"
NORM, BREAK, DEADLINES = "warehouse/norms/dialogue.csv", "warehouse/norms/series_break.csv", "warehouse/deadlines.yaml"
RULES, COVER_RULES = "expectations/rules/training.yaml", "expectations/rules/submission.yaml"
HISTORY, INTAKE = "expectations/rules/history.yaml", "expectations/intake_findings.yaml"
STAGING, VIEW = "warehouse/tables/system/staging.yaml", "warehouse/views/core.citation_document.sql"
CONTEXT = "warehouse/tables/system/context.yaml"
T_RATE = "code: T-RATE\n  severity: warning\n  kind: row\n  exact: true\n"

#: file, what stands there, what the typo makes of it, and key, found and allowed of the message
TYPOS = [
    # tables that forms fill
    (TRAINING, "name: training\n", "name: trainig\n", "name", "'trainig'", "training, as the file is called"),
    (TRAINING, "order: 60", "order: 70", "order", "70", "one that no other table has"),
    (TRAINING, "order: 60", 'order: "60"', "order", "'60'", "a valid integer"),
    (TRAINING, "core: fact_training", "core: fact_model_status", "core", "'fact_model_status'", "no other table"),
    (TRAINING, "core: fact_training", "core: Fact Training", "core", "'Fact Training'", "a-z, 0-9 and _"),
    (TRAINING, "prefix: TRN", "prefix: MDL", "prefix", "'MDL'", "no other table"),
    (TRAINING, "prefix: TRN", "prefix: trn", "prefix", "'trn'", "letters A-Z"),
    (TRAINING, "grain: one row of the form", "grian: one row of the form", "grian", "'grian'", "name, order, core"),
    (TRAINING, "key: [submission_id, row_no]", "key: [submission_id, row]", "key", "'row'", "row_no, training_kind_code"),
    (TRAINING, "grain: one row of the form", "register: No way\ngrain: one", "register", "'No way'", "a valid boolean"),
    (TRAINING, "label: Hình thức, description: Kind of training", 'label: "", description: K', "label", "nothing", "must be stated"),
    (TRAINING, ", description: Kind of training", "", "description", "nothing", "it must be stated"),
    (TRAINING, "type: count, unit: cuộc, measure: flow", "type: cuont, unit: cuộc, measure: flow", "type", "'cuont'", "count, "),
    (TRAINING, "measure: flow, required", "measure: flwo, required", "measure", "'flwo'", "flow, persons, level, plan, rate"),
    (TRAINING, "type: integer, label: Số chữ số", "type: integer, measure: flow, label: Số", "measure", "'flow'", "only with count, decimal, percent"),
    (TRAINING, "codes: audience,", "codes: audeince,", "codes", "'audeince'", "admin_level, audience"),
    (TRAINING, "type: code, codes: audience,", "type: code,", "type", "'code'", "code with a code list"),
    (TRAINING, "max_length: 60", "max_length: 0", "max_length", "0", "a number from 1"),
    (TRAINING, "max_length: 60", "max_length: 60.5", "max_length", "60.5", "a valid integer"),
    (TRAINING, "measure: flow, required: true", 'measure: flow, required: "yes"', "required", "'yes'", "a valid boolean"),
    (TRAINING, "measure: persons, label: Số người dự", "measure: persons, sensitive: true, label: Số người dự", "sensitive", "true", "persons is sensitive by itself"),
    (TRAINING, "measure: persons, label: Số người dự", "measure: persons, sensitiv: true, label: Số người dự", "sensitiv", "'sensitiv'", "sensitive"),
    (TRAINING, "type: integer, label: Số chữ số", "type: integer, sensitive: true, label: Số", "sensitive", "true", "only with a measure"),
    (TRAINING, "type: integer, label: Số chữ số", "type: integer, free_text: true, label: Số", "free_text", "true", "only with type text"),
    (TRAINING, "name: document_date, type: date,", "name: document_number, type: date,", "name", "'document_number'", "each column once"),
    (TRAINING, "name: document_date, type: date,", "name: document_date, type: date, figure: {sum: x},", "figure", "Figure(", "only a mart's column"),
    (TRAINING, "prefix: TRN", "core: fact_training", "", "the key 'core' a second time", "each key once"),
    (TRAINING, "alike: [document_number", "alike: [document_nummer", "alike", "'document_nummer'", "document_number, document_date"),
    (TRAINING, "row_no]\nalike:", "row_no\nalike:", "", "did not find expected", "YAML"),
    ("warehouse/tables/form/model.yaml", "valid_on: recognised_date", "valid_on: recognized_date", "valid_on", "'recognized_date'", "start_date, recognised_date"),
    # tables of the system, and marts
    (CONTEXT, "codes: period_kind", "codes: period_kidn", "codes", "'period_kidn'", "period_kind"),
    (CLOSING, "closes_on:\n", "closes_on: 01-30\n", "closes_on", "'01-30'", "MM-DD from 01-31, the day after the last day of grace"),
    (CLOSING, "closes_on:\n", "closes_on: 02-29\n", "closes_on", "'02-29'", "MM-DD from 01-31"),
    (CLOSING, "closes_on:\n", "closes:\n", "closes", "'closes'", "closes_on"),
    (GUARD, "percent: 2,", "pecent: 2,", "pecent", "'pecent'", "percent, least"),
    (GUARD, "percent: 10,", "percent: 101,", "percent", "101", "a share from 0 to 100"),
    (GUARD, "least: 2}   # accepted", "least: -1}   # accepted", "least", "-1", "a whole number from 0"),
    (CONTEXT, "reporter:   #", "reportr:   #", "reportr", "'reportr'", "row, reporter, version"),
    ("warehouse/tables/system/core.yaml", "key: [period_id]", "key: [period]", "key", "'period'", "period_id, period_kind"),
    ("warehouse/tables/system/core.yaml", "dim_code:", "dim_unit:", "dim_unit", "'dim_unit'", "no form's table has"),
    (MART, "unit: cuộc, measure: flow, label: Số cuộc (lớp)", "unit: cuộc, measure: flwo, label: Số", "measure", "'flwo'", "flow, persons"),
    (MART, "figure: {sum: session_count}", "figure: {sum: sesion_count}", "figure", "'sesion_count'", "session_count"),
    (MART, "figure: {sum: session_count}", "figure: {smu: session_count}", "smu", "'smu'", "rows, sum, minus"),
    (MART, "figure: {sum: session_count}", "figure: {sum: session_count, count: session_count}", "figure", "'sum, count'", "one of sum, rate"),
    (MART, "figure: {sum: session_count}", "figure: {where: has_both}", "figure", "nothing", "one of sum, rate"),
    (MART, "figure: {sum: session_count}", "figure: {sum: member_rate_stated}", "figure", "'member_rate_stated'", "no sum over a rate"),
    (MART, "figure: {sum: session_count}", "figure: {rows: trainings, sum: session_count}", "rows", "'trainings'", "training, model"),
    (MART, "figure: {of: [done_count]}", "figure: {of: [done_cuont]}", "of", "'done_cuont'", "mart.<name>.<column>"),
    (MART, "figure: {of: [mart.dialogue_compliance.done_capped_count]}", "figure: {of: [mart.dialogue_compliance.done_count_capped]}", "of", "'mart.dialogue_compliance.done_count_capped'", "mart.<name>.<column>"),
    (MART, "  rows: training\n", "  rows: trainings\n", "rows", "'trainings'", "training, model"),
    (MART, "figure: {rate: [member_attended_count, member_total_count]}", "figure: {rate: [member_attended_count]}", "rate", "nothing", "it must be stated"),
    (MART, "measure: flow, label: Số cuộc (lớp), description: Sessions or classes, figure", "measure: persons, label: Số, description: S, figure", "measure", "'persons'", "flow, as core.fact_training.session_count"),
    (MART, "label: Hạn nộp, description: Due day by the deadline file}", "label: Hạn nộp, description: D}\nstray_mart:\n  label: L\n  description: D\n  grain: g\n  key: [year]\n  rows: training\n  columns:\n    - {name: year, type: integer, label: N, description: Y}\n    - {name: x, type: integer, label: N, description: Y}", "stray_mart", "'stray_mart'", "or figures of rows only"),
    (MART, "key: [year, reporter_level, training_kind_code, document_number]", "key: [reporter_level, training_kind_code, document_number]", "measure", "'persons'", "a measure that adds over years"),
    (MART, "key: [year, reporter_level, training_kind_code, document_number]", "key: [year, training_kind_code, document_number]", "measure", "'persons'", "a measure that adds over levels"),
    (BREAK, "dialogue_count,norm,yes,", "dialogue_count,norm,Yes,", "binds", "'Yes'", "yes or blank"),
    (MART, "series_break:\n", "series_brake:\n", "series_brake", "'series_brake'", "warehouse/marts/series_brake.sql"),
    ("warehouse/marts/dialogue_compliance.sql", "list_distinct(", "sum(petition_pending_count) AS x, list_distinct(", "petition_pending_count", "'sum(petition_pending_count)'", "no sum over a level"),
    ("warehouse/marts/dialogue_compliance.sql", "list_distinct(", "avg(holding_unit_count) AS x, list_distinct(", "holding_unit_count", "'avg(holding_unit_count)'", "no sum over a level"),
    (MART, "  by_year: true\n", "  by_year: no way\n", "by_year", "'no way'", "a valid boolean"),
    (STAGING, "like: intake.submission", "like: intake.submision", "like", "'intake.submision'", "a table of the warehouse"),
    (STAGING, "without: [verdict,", "without: [vredict,", "without", "'vredict'", "submission_id, sha256"),
    ("warehouse/tables/system/meta.yaml", "key: [schema_name, table_name, column_name]", "key: [schema_name]\n  like: core.deadline", "like", "'core.deadline'", "nothing: only in staging"),
    (MART, "  by_year: true", "  by_yaer: true", "by_yaer", "'by_yaer'", "label, description, grain, key, columns"),
    (MART, "  by_year: true", '  by_year: "true"', "by_year", "'true'", "a valid boolean"),
    ("warehouse/tables/system/core.yaml", "key: [period_id]\n", "key: [period_id]\n  by_year: true\n", "by_year", "true", "only of a mart"),
    # SQL
    (VIEW, "-- Số văn bản", "- Số văn bản", "", "'- Số văn bản", "a first line -- Vietnamese - English."),
    (VIEW, "FROM core.dim_document WHERE", "FROM core.dim_documnet WHERE", "", "'core.dim_documnet'", "a table, view or macro: core.citation_document"),
    ("warehouse/views/core.unit_on_day.sql", "--   valid_until: ", "--   valid_until ", "", "'--   valid_until ", "--   column: Vietnamese - English"),
    ("warehouse/macros/core.dialogues_required.sql", "MACRO core.dialogues_required(", "MACRO core.dialogs_required(", "", "'CREATE OR REPLACE MACRO core.dialogs_required(", "CREATE OR REPLACE MACRO core.dialogues_required("),
    ("warehouse/marts/key_figures.sql", "mart.unit_year", "mart.unit_yaer", "", "'mart.unit_yaer'", "mart.unit_year"),
    # forms
    (LINES, "session_count,count,yes,", "session_count,count,Yes,", "required", "'Yes'", "yes or blank"),
    (LINES, "session_count,count,yes,", "session_count,count,,", "required", "false", "yes, as in training.yaml"),
    (LINES, "redefined,attendee_count", "redefind,attendee_count", "concordance", "'redefind'", "new, same, renamed, redefined, split, merged, discontinued"),
    (LINES, "Số ngày,day_count", "Số cuộc (lớp),day_count", "header", "'Số cuộc (lớp)'", "each header of a sheet once"),
    (LINES, "day_count,count", "session_count,count", "column", "'session_count'", "each column once"),
    (LINES, "day_count,count", "day_cuont,count", "column", "'day_cuont'", "training_kind_code, document_number"),
    (LINES, "day_count,count", ",count", "column", "nothing", "columns joined by |, or -"),
    (LINES, "day_count,count", "day_count,coutn", "reader", "'coutn'", "count, ratio, percent"),
    (LINES, "day_count,count", "day_count,date", "column", "'day_count (count)'", "a column of type date, with reader date"),
    (LINES, "document_number|document_date,citation", "document_number,citation", "column", "'document_number (text)'", "of type text and a column of type date"),
    (LINES, "document_number|document_date,citation,,renamed,document_number|document_date", "document_number,text,,renamed,document_number", "", "nothing", "a line for document_date of training"),
    (LINES, "TT,-,ignore", "TT,-,count", "column", "'-'", "a column of type count or integer"),
    (LINES, "same,training_kind_code", "same,audience_code", "was", "'audience_code'", "training_kind_code"),
    (LINES, "same,training_kind_code", "same,", "was", "nothing", "training_kind_code"),
    (LINES, "same,training_kind_code", "renamed,training_kind_code", "concordance", "'renamed'", "same or redefined: it was 'Hình thức'"),
    (LINES, "same,training_kind_code", "new,", "concordance", "'new'", "not new: BCDV-2013 has the column"),
    (LINES, "day_count,count,,new,,", "day_count,count,,new,day_count,", "was", "'day_count'", "nothing with concordance new"),
    (LINES, "merged,cadre_full_time_count|cadre_part_time_count", "merged,cadre_full_time_count", "was", "'cadre_full_time_count'", "at least 2 columns"),
    (LINES, "model,2. Dân vận khéo,,TT", "modle,2. Dân vận khéo,,TT", "table", "'modle'", "unit, unit_alias"),
    (LINES, "model,2. Dân vận khéo,,TT", "unit,2. Dân vận khéo,,TT", "table", "'unit'", "training, model"),
    (LINES, "model,2. Dân vận khéo,,Mã", "model,2. Dân vận,,Mã", "sheet", "'2. Dân vận'", "2. Dân vận khéo, as in line 14"),
    (LINES, "issue,7. Bức xúc - hạn chế,,TT", "issue,Thông tin chung,,TT", "sheet", "'Thông tin chung'", "a name that no other sheet has"),
    (LINES, "issue,7. Bức xúc - hạn chế,,TT", "issue,6. Tổ chức - cán bộ,,TT", "sheet", "'6. Tổ chức - cán bộ'", "a name that no other sheet has"),
    ("warehouse/forms/dmdv/1/columns.csv", "Tên gọi khác,alias_name,text,yes,new,,\nunit_alias,Tên gọi khác,,Từ ngày,valid_from,date,yes,new,,\nunit_alias,Tên gọi khác,,Đến ngày,valid_to,date,,new,,\n", "Tên gọi khác,alias_name,text,yes,new,,\n", "table", "'unit_alias with 2'", "at least 3 headers"),
    (LINES, "table,sheet,", "table,position,", "", "'table,position,", "table,sheet,group_header"),
    (LINES, "Số ngày,day_count,count,,new,,", "Số ngày,day_count,count,,new,", "", "'9 cells'", "10, as in line 1"),
    (LINES, ",,,member_rate_stated|", ",,Tỷ lệ,member_rate_stated|", "header", "'Tỷ lệ'", "nothing: it is discontinued"),
    (FIRST, "session_count,count,yes,new", "session_count,count,yes,same", "concordance", "'same'", "new: the first version"),
    (FIRST, "session_count,count,yes,new,", "session_count,count,yes,new,day_count", "was", "'day_count'", "the first version"),
    (FORM, "form_code: BCDV", "form_code: BCVD", "form_code", "'BCVD'", "BCDV, as the folder is called"),
    (FORM, 'form_version: "2023"', "form_version: 2023", "form_version", "2023", "a valid string"),
    (FORM, "policy: replace", "policy: replce", "policy", "'replce'", "replace, register"),
    (FORM, "policy: replace", "policy: register", "policy", "'register'", "replace, as before"),
    (FORM, "policy: replace", "polcy: replace", "polcy", "'polcy'", "form_code, form_version"),
    (FORM, "valid_from: 2023-01-01", "valid_from: 2023-02-01", "valid_from", "2023-02-01", "2023-01-01, the day after BCDV-2013 ends"),
    (FORM, "valid_from: 2023-01-01", "valid_from: 2022-12-31", "valid_from", "2022-12-31", "2023-01-01, the day after BCDV-2013 ends"),
    (FORM, "valid_from: 2023-01-01", "valid_from: 1/1/2023", "valid_from", "'1/1/2023'", "YYYY-MM-DD"),
    (FORM, "valid_to: null", "valid_to: 2022-12-31", "valid_to", "2022-12-31", "a day from 2023-01-01"),
    (FORM, "field: unit_code", "field: unit_cdoe", "field", "'unit_cdoe'", "form_code, form_version, unit_code"),
    (FORM, "field: unit_name", "field: unit_code", "field", "'unit_code'", "each field once"),
    (FORM, "field: period_id, reader: period", "field: period_id, reader: text", "reader", "'text'", "period"),
    (FORM, "label: Tên đơn vị", "label: Mã đơn vị", "label", "'Mã đơn vị'", "each label once"),
    (FORM, "reader: count, required: true", 'reader: count, required: "true"', "required", "'true'", "a valid boolean"),
    # codes, paths, norms, deadlines
    (FIELD, "code,label,label_en", "code,labl,label_en", "", "'code,labl,", "code,label,label_en,valid_from"),
    (FIELD, "VHXH,", "KT,", "code", "'KT'", "each code once"),
    (FIELD, "KT,Kinh tế,", "KT,,", "label", "nothing", "it must be stated"),
    (FIELD, "KT,Kinh tế,Economy,1900-01-01", "KT,Kinh tế,Economy,1900-13-01", "valid_from", "'1900-13-01'", "YYYY-MM-DD"),
    (FIELD, "KT,Kinh tế,Economy,1900-01-01", "KT,Kinh tế,Economy,946684800", "valid_from", "'946684800'", "YYYY-MM-DD"),
    (LEVEL, "1900-01-01,2025-02-28", "1900-01-01,1899-02-28", "valid_to", "1899-02-28", "a day from 1900-01-01, or blank"),
    (FIELD, "văn hóa xã hội|", "kinh tế|", "synonyms", "'kinh tế'", "a text that does not mean KT"),
    (PATH, "dang_ky,trien_khai", "dang_ky,trien_kahi", "to_code", "'trien_kahi'", "dang_ky, trien_khai"),
    (PATH, "dang_ky,khong_dat", "dang_ky,trien_khai", "to_code", "'trien_khai'", "each step once"),
    (NORM, ",4,", ",four,", "required_per_year", "'four'", "a valid integer"),
    (NORM, ",4,", ",0,", "required_per_year", "'0'", "a number from 1"),
    (NORM, "2019-01-01,2021", "2019-02-01,2021", "valid_from", "2019-02-01", "2019-01-01, the day after the norm before ends"),
    (NORM, "ND149,", "ND60,", "norm_code", "'ND60'", "each code once"),
    (BREAK, "fact_dialogue,dialogue_count", "fact_dialog,dialogue_count", "table_name", "'fact_dialog'", "fact_dialogue"),
    (BREAK, "fact_dialogue,dialogue_count", "fact_dialogue,dialog_count", "column_name", "'dialog_count'", "dialogue_count"),
    (BREAK, "dialogue_count,norm,", "dialogue_count,nrom,", "break_kind", "'nrom'", "norm, scope, structure"),
    (DEADLINES, "BCDV:", "BCVD:", "BCVD", "'BCVD'", "BCDV"),
    (DEADLINES, "  Y:", "  Z:", "Z", "'Z'", "M, Q, H1, 9M, Y, R"),
    (DEADLINES, "expected: true", 'expected: "no"', "expected", "'no'", "a valid boolean"),
    (DEADLINES, "BCDV:\n", "BCDV: 3\nBCDX:\n", "BCDV", "3", "kinds of period"),
    (DEADLINES, "due_days: 20", "due_days: -1", "due_days", "-1", "a whole number from 0"),
    (DEADLINES, "due_days: 20", "due_days: 20.5", "due_days", "20.5", "a valid integer"),
    (DEADLINES, "due_days: 20", "due: 20", "due", "'due'", "due_days, grace_days, expected, remind_days"),
    # rules and findings of intake
    (COVER_RULES, "scope: {policy: replace}", "scope: {policy: replce}", "policy", "'replce'", "replace, register"),
    (COVER_RULES, "scope: {policy: replace}", "scope: {forms: [BCVD]}", "forms", "'forms'", "policy, years, levels"),
    (RULES, T_RATE, T_RATE + "  scope: {years: [2024, 2013]}\n", "years", "[2024, 2013]", "the first and the last year"),
    (RULES, T_RATE, T_RATE + "  scope: {levels: [co_sở]}\n", "levels", "'co_sở'", "co_so, khoi"),
    (RULES, "code: T-RATE", "code: t-rate", "code", "'t-rate'", "capital letters"),
    (RULES, "code: T-NO-SESSION", "code: T-RATE", "code", "'T-RATE'", "never used before"),
    (RULES, "T-RATE\n  severity: warning", "T-RATE\n  severity: warnign", "severity", "'warnign'", "error, warning, info"),
    (RULES, "T-RATE\n  severity: warning\n  kind: row", "T-RATE\n  severity: warning\n  kind: rows", "kind", "'rows'", "row, not_null, length, between, in_table, unique, query"),
    (RULES, "missing: never_skip", "missing: nevr_skip", "missing", "'nevr_skip'", "skip_any, skip_all, never_skip"),
    (RULES, "columns: [session_count, attendee_count]", "columns: [session_cuont, attendee_count]", "columns", "'session_cuont'", "session_count"),
    (RULES, "columns: [session_count, attendee_count]", "columns: [member_rate_stated, day_count]", "columns", "['member_rate_stated', 'day_count']", "columns that one form version fills all"),
    (RULES, "columns: [session_count, attendee_count]", "columns: [session_count]\n  at: nowhere", "at", "'nowhere'", "session_count"),
    (RULES, "  sql: session_count > 0 OR attendee_count = 0\n", "", "sql", "nothing", "it must be stated, with kind row"),
    (RULES, "sql: session_count > 0 OR attendee_count = 0\n", "sql: session_count > {least}\n", "sql", "'{least}'", "{form_validity}"),
    (RULES, "  tolerance: 0.5", "  tolernace: 0.5", "tolernace", "'tolernace'", "tolerance"),
    (RULES, "  tolerance: 0.5\n", "", "tolerance", "nothing", "a number where the text says {tolerance}"),
    (RULES, "  tolerance: 0.5", "  tolerance: half", "tolerance", "'half'", "a valid number"),
    (RULES, "ref: core.citation_document.cited_number", "ref: core.citation_document.cited_nubmer", "ref", "'core.citation_document.cited_nubmer'", "a column of the view"),
    (RULES, "ref: core.citation_document.cited_number", "ref: core.dim_documnet.document_number", "ref", "'core.dim_documnet.document_number'", "schema.table.column"),
    (RULES, "ref: core.citation_document.cited_number", "max: 3", "max", "3.0", "nothing with kind in_table"),
    ("expectations/rules/model.yaml", "kind: unique\n", "kind: unique\n  exact: true\n", "exact", "true", "only with kind row"),
    ("expectations/rules/model.yaml", "kind: unique\n", "kind: unique\n  scope: {years: [2023, 2024]}\n", "years", "'years'", "no scope with kind unique"),
    (COVER_RULES, "kind: in_table\n", "kind: in_table\n  missing: skip_all\n", "missing", "'skip_all'", "nothing with kind in_table"),
    ("expectations/rules/model.yaml", "columns: [score]\n", "columns: [score]\n  remdy: x\n", "remdy", "'remdy'", "remedy"),
    ("expectations/rules/register.yaml", "unit_alias:\n", "unit_alais:\n", "unit_alais", "'unit_alais'", "a table with rules"),
    (HISTORY, "columns: [status_code]\n", "columns: [status_code]\n    severity: error\n", "severity", "'error'", "warning or info"),
    (INTAKE, "F-EMPTY: {level: file, severity: error", "F-EMPTY: {level: flie, severity: error", "level", "'flie'", "file, cover, header, cell"),
    (INTAKE, "F-EMPTY: {level: file, severity: error", "F-EMPTY: {level: file, severity: fatal", "severity", "'fatal'", "error, warning, info"),
    (INTAKE, "F-EMPTY:", "T-RATE:", "T-RATE", "'T-RATE'", "not the code of a rule"),
    (INTAKE, 'expected: "{form_codes}"', 'expected: "{form_cods}"', "expected", "'{form_cods}'", "{form_codes}"),
]  # fmt: skip


def load_all(root: Path) -> None:
    """Load every declaration under ``root``."""
    tables, forms = (relations, sql_files), (form_versions, deadlines)
    for load in (
        *tables,
        *forms,
        code_lists,
        status_path,
        dialogue_norms,
        known_breaks,
        catalogue,
        check_readers,
        guard,
        closing_day,
    ):
        load(root)


@pytest.fixture(autouse=True, scope="module")
def parsed_once() -> Iterator[None]:
    """What no typo has changed is not parsed again for the next one: that would take most of the time."""
    parse, known = Source.yaml, dict[bytes, bytes]()

    def yaml(source: Source) -> Any:
        content = source.path.read_bytes()
        if content not in known:
            known[content] = pickle.dumps(parse(source))
        return pickle.loads(known[content])

    with patch.object(Source, "yaml", yaml):
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the declarations."""
    for folder in ("tables", "forms", "codes", "norms", "marts", "views", "macros"):
        shutil.copytree(REPO / "warehouse" / folder, tmp_path / "warehouse" / folder)
    for file in (DEADLINES, GUARD, CLOSING):
        shutil.copy(REPO / file, tmp_path / file)
    shutil.copytree(REPO / "expectations" / "rules", tmp_path / "expectations" / "rules")
    shutil.copy(REPO / INTAKE, tmp_path / INTAKE)
    return tmp_path


def refused(root: Path) -> DeclarationError:
    with pytest.raises(DeclarationError) as caught:
        load_all(root)
    return caught.value


def test_the_declarations_as_they_are_load(root: Path) -> None:
    load_all(root)
    assert relations(root) == relations()
    assert list(relations(root)) == list(relations())


@pytest.mark.parametrize(("file", "old", "new", "key", "found", "allowed"), TYPOS, ids=[f"{Path(t[0]).stem}-{t[2]}"[:60] for t in TYPOS])  # fmt: skip
def test_a_typo_is_refused_with_its_place(root: Path, file: str, old: str, new: str, key: str, found: str, allowed: str) -> None:  # fmt: skip
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    error = refused(root)
    problems = error.problems
    told = [p for p in problems if p.key == key and p.found.startswith(found) and allowed in p.allowed]
    assert told, "\n".join(map(str, problems))
    begins = text.count("\n", 0, text.index(old)) + 1
    assert {p.file for p in problems} == {file}
    lines = {p.line for p in told}
    # what is missing has no line of its own, nor has a key that lacks a column
    if found != "nothing" and "adds over" not in allowed:
        assert lines & set(range(begins, begins + new.count("\n") + 1)), (lines, begins)
    assert str(error).startswith(f"{file}:{problems[0].line}: ")


def test_a_deadline_may_be_the_last_day_itself(root: Path) -> None:
    text = (root / DEADLINES).read_text(encoding="utf-8")
    none = text.replace("due_days: 20, grace_days: 10", "due_days: 0, grace_days: 0, remind_days: 0")
    (root / DEADLINES).write_text(none, encoding="utf-8")
    assert [(d.due_days, d.grace_days, d.remind_days) for d in deadlines(root) if d.expected] == [(0, 0, 0)]


@pytest.mark.parametrize(
    ("grace", "closes_on", "day"),
    [(10, "", (1, 31)), (24, "", (2, 14)), (10, " 02-15", (2, 15)), (24, " 02-14", (2, 14))],
    ids=["default", "longer grace", "later", "as early as may be"],
)
def test_a_year_is_closed_when_its_reports_may_all_have_come(
    root: Path, grace: int, closes_on: str, day: tuple[int, int]
) -> None:
    text = (root / DEADLINES).read_text(encoding="utf-8")
    (root / DEADLINES).write_text(text.replace("grace_days: 10", f"grace_days: {grace}"), encoding="utf-8")
    (root / CLOSING).write_text(f"closes_on:{closes_on}\n", encoding="utf-8")
    found = closing_day(root)
    assert (found.month, found.day) == day


@pytest.mark.parametrize(
    ("grace", "closes_on", "found", "allowed"),
    [
        (26, " 02-15", "'02-15'", "from 02-16"),
        (360, "", "'01-16 two years later'", "grace that ends in the year after"),
    ],
)
def test_deadlines_that_overtake_the_closing_day_do_not_load(
    root: Path, grace: int, closes_on: str, found: str, allowed: str
) -> None:
    text = (root / DEADLINES).read_text(encoding="utf-8")
    (root / DEADLINES).write_text(text.replace("grace_days: 10", f"grace_days: {grace}"), encoding="utf-8")
    (root / CLOSING).write_text(f"closes_on:{closes_on}\n", encoding="utf-8")
    (problem,) = refused(root).problems
    assert (problem.file, problem.found) == (CLOSING, found)
    assert allowed in problem.allowed


def test_the_message_is_one_line_a_problem_and_names_all_of_the_file(root: Path) -> None:
    text = (root / TRAINING).read_text(encoding="utf-8")
    text = text.replace("measure: flow, required", "measure: flwo, required").replace(
        "prefix: TRN", "prefix: TRN\nextra: 1"
    )
    (root / TRAINING).write_text(text.replace("codes: co_organiser", "codes: co_organizer"), encoding="utf-8")
    assert str(refused(root)).splitlines()[:2] == [
        f"{TRAINING}:5: extra: found 'extra'; allowed: name, order, core, prefix, label, description, grain, key, columns, holds, register, alike, kept",
        f"{TRAINING}:17: measure: found 'flwo'; allowed: flow, persons, level, plan, rate",
    ]


def test_files_without_a_declaration_are_refused(root: Path) -> None:
    stray = root / "warehouse/marts/stray.sql"
    stray.write_text("SELECT 1 AS one\n", encoding="utf-8")
    assert str(refused(root)) == f"warehouse/marts/stray.sql:1: found 'stray'; allowed: a mart that {MART} declares"
    stray.unlink()
    (root / "warehouse/tables/system/marts.yaml").write_text("a: 1\n", encoding="utf-8")
    assert "marts.yaml:1: found 'marts'; allowed: intake, staging, core, mart, meta or context" in str(refused(root))


def test_a_view_is_called_by_schema_and_name(root: Path) -> None:
    (root / VIEW).rename(root / "warehouse/views/citation_document.sql")
    found = {p.file: p for p in refused(root).problems}["warehouse/views/citation_document.sql"]
    assert (found.line, found.found, found.allowed[:19]) == (1, "'citation_document.sql'", "<schema>.<name>.sql")


def test_a_property_of_a_code_list_is_a_flag_or_a_code_of_another_list(root: Path) -> None:
    text = (root / FIELD).read_text(encoding="utf-8").splitlines()
    cells = ["is_old,admin_level_code", "yes,khoi", *([","] * (len(text) - 2))]
    (root / FIELD).write_text("\n".join(f"{a},{b}" for a, b in zip(text, cells, strict=True)), encoding="utf-8")
    first, second, *_ = code_lists(root)["field"]
    assert dict(first.properties) == {"is_old": True, "admin_level_code": "khoi"}
    assert dict(second.properties) == {"is_old": False, "admin_level_code": None}


@pytest.mark.parametrize(("name", "cell", "line", "found", "allowed"), [
    ("is_old", "Yes", 2, "'Yes'", "yes or blank"),
    ("admin_level_code", "block", 2, "'block'", "co_so, khoi"),
    ("colour", "red", 1, "'colour'", "is_..., or the name of a code list and _code"),
])  # fmt: skip
def test_a_faulty_property_is_refused(root: Path, name: str, cell: str, line: int, found: str, allowed: str) -> None:
    text = (root / FIELD).read_text(encoding="utf-8").splitlines()
    cells = [name, cell, *([""] * (len(text) - 2))]
    (root / FIELD).write_text("\n".join(f"{a},{b}" for a, b in zip(text, cells, strict=True)), encoding="utf-8")
    problem = refused(root).problems[0]
    assert (problem.file, problem.line, problem.key, problem.found) == (FIELD, line, name, found)
    assert allowed in problem.allowed
