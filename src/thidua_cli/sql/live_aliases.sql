-- Live aliases. Follows live.sql.
SELECT id, unit, alias, valid_from FROM live_alias ORDER BY unit, valid_from, id
