-- The guards of one table; $table and $same_key are filled in for each journalled table.
CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON $table
BEGIN
    SELECT RAISE(ABORT, 'thidua: rows of $table are never changed; void the row and record anew');
END;
CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON $table
BEGIN
    SELECT RAISE(ABORT, 'thidua: rows of $table are never deleted; void the row');
END;
CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON $table
WHEN EXISTS (SELECT 1 FROM $table WHERE $same_key)
BEGIN
    SELECT RAISE(ABORT, 'thidua: rows of $table are never replaced; void the row and record anew');
END;
