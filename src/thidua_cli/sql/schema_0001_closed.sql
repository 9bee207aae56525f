-- A row belongs to the operation that is being written, which gets its own row last.
CREATE TRIGGER ${table}_open_operation BEFORE INSERT ON $table
WHEN NEW.operation IS NOT (SELECT coalesce(max(number), 0) + 1 FROM operation)
BEGIN
    SELECT RAISE(ABORT, 'thidua: a row of $table belongs to the operation being written');
END;
