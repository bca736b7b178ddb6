-- A restored copy writes nobody and changes no calendar outside of Odoo.
DELETE FROM scheduling_credential;
DELETE FROM scheduling_channel;
DELETE FROM scheduling_hint;
UPDATE scheduling_connection SET state = 'disconnected' WHERE provider <> 'odoo';
UPDATE scheduling_connection SET purpose = 'all' WHERE state <> 'disconnected';
UPDATE scheduling_operation SET state = 'failed', last_error = 'This database is a neutralized copy.'
 WHERE state IN ('pending', 'running');
UPDATE scheduling_operation SET mail_id = NULL;
UPDATE scheduling_import SET state = 'stopped', counts = NULL WHERE state IN ('reading', 'importing');
