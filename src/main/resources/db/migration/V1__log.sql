-- Logs by origin. What stands in log_object is not trusted (who changes it can stop a log), log_lock is: who changes it
-- can fork one.

create table log_object (
  origin  text  not null,
  path    text  collate "C" not null,
  octets  bytea not null,
  primary key (origin, path)
);

-- Already dense or compressed by nobody: without this every tile would be squeezed in vain.
alter table log_object alter column octets set storage external;

create table log_lock (
  origin      text   primary key,
  checkpoint  bytea  not null,
  version     bigint not null
);
