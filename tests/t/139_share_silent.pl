# A share whose mount does not answer any more: nobody waits for it longer than is
# said, and a failover goes on without it.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplPair;
use QsreplTool;
use Test::More;

my ($code, $out, $err);

make_shares();
my %node = make_tool_pair(sections => share_section());
my %conf = map { $_ => conf_file($_, \%node, sections => share_section()) } 'A', 'B';

# The tool, to which one site's share is silent.  One that hangs is ended.
sub run_silent
{
	my ($silent, $at, @words) = @_;
	local %ENV = (%ENV, SILENT_AT => share_root($silent), LD_PRELOAD => File::Spec->rel2abs('build/silent.so'));
	my $began = time;
	my $good = eval { IPC::Run::run([ $qsrepl_program, @words, '--config', $conf{$at} ], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(60)); 1 };

	$code = $good ? $? >> 8 : "hangs: $@";
	$err = QsreplTool::without_progress($err);
	cmp_ok(time - $began, '<', 40, "$words[0]: within its time");
	$_->_update_pid(-1) foreach values %node;
	return;
}

my $silence = qr/the root "\Q@{[ share_root('B') ]}\E" of share "qlik" at site "B" does not answer/;

put_file('A', "Apps/app$_", "app $_", 3600) foreach 1 .. 5;
($code, $out, $err) = qsrepl('share', 'sync', '--initial', '--yes', '--config', $conf{A});
is($code, 0, 'first synchronization') or diag "$out$err";

run_silent('B', 'A', 'share', 'sync', '--yes');
is($code, 4, 'a target that does not answer');
like($err, qr/error: $silence\nqsrepl: hint: Look whether what is mounted there still works\./, 'is told');
run_silent('A', 'A', 'share', 'sync', '--yes');
is($code, 4, 'so is a source');
run_silent('B', 'A', 'share', 'verify');
isnt($code, 0, 'share verify');
like("$out$err", $silence, 'tells it');
run_silent('B', 'A', 'check');
is($code, 1, 'check') or diag "$out$err";
like($out, qr/^fail +share +site B, share qlik: $silence$/m, 'tells it');
is(scalar(() = $out =~ /does not answer/g), 1, 'once');

# Another share's marker says nothing of this one's age.
my $marker = slurp_file(share_root('B') . '/.qsrepl-share.json');
open my $file, '>', share_root('B') . '/.qsrepl-share.json' or die $!;
print $file $marker =~ s/"qlik"/"other"/r;
close $file;
$node{A}->stop('immediate');
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', '1ms', '--config', $conf{B});
like($err, qr/^Share "qlik": .* is unknown: its marker is that of share "other"\.$/m, 'the marker of another share');
open $file, '>', share_root('B') . '/.qsrepl-share.json' or die $!;
print $file $marker;
close $file;

# The lost site's share is not looked at; that of the one that takes over is.
run_silent('A', 'B', 'failover', '--to', 'B', '--accept-data-loss', '1ms');
is($code, 6, 'the share of the lost site is silent, too') or diag "$out$err";
like($err, qr/^Share "qlik": what site A has changed since \S+, for .*, is not at site B\./m, 'and not waited for');
run_silent('B', 'B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 1, 'a failover goes on without its share') or diag "$out$err";
like("$out$err", qr/^Share "qlik": what site A has changed and site B does not have is unknown: $silence\.$/m, 'says that the risk is not known');
like($out, qr/^Warning: the marker of share "qlik" at site B is not renewed: $silence\./m, 'and what was left out');
is(join(' ', site_words($conf{B})), 'A unreachable B active', 'site B is active') or diag "$out$err";

$node{B}->stop;
done_testing();
