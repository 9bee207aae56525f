-- Every live version with its days, in order of time. Follows live.sql.
SELECT unit, kind, level, code, name, parent, abbreviation, sort_order, valid_from, until_on, ended_on, note,
    document_number, operation, id
FROM span ORDER BY valid_from, id
