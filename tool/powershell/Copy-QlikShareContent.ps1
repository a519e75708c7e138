<#
.SYNOPSIS
Copies files of one file share to another by robocopy, and removes files.

.DESCRIPTION
qsrepl runs it at a Windows node through OpenSSH. It does what the requests say
and nothing else; they come through the pipeline, a JSON object a line:

{"op":"logon","root":R,"user":U,"password":P}
                            connects this session to \\server\share of a root
                            that is on another machine
{"op":"make","paths":[P,...]}
                            folders of the target
{"op":"copy","folder":F,"names":[N,...]}
                            files of one folder: robocopy brings them into a
                            folder .qsrepl-partial beside their place. Then
                            each file that came as a whole takes its place, and
                            the old one goes to the trash
{"op":"remove","paths":[P,...]}
                            files of the target go to the trash, unless they
                            are at the source again; of folders, those that
                            are empty are removed

Answers are lines of JSON:

{"copied":N,"bytes":B}      for each request; {"removed":N} too
{"path":P,"failed":TEXT,"code":N}
                            what could not be done, and Windows' or robocopy's
                            error
{"path":P,"vanished":true}  the source has no such file any longer
{"path":P,"changing":true}  it was written while it was copied
{"path":P,"kept":true}      not removed: it is at the source again
{"working":S}               robocopy has been at work for so many seconds

Exit codes of robocopy below 8 are success; 8 and above that some files could
not be copied, which are told; from 16 on it has not begun, which ends the
script. Paths are below the roots, with / between.

.PARAMETER Source
The root that files come from. Without it, files can only be removed.

.PARAMETER Target
The root that they go to.

.PARAMETER Trash
The path below the target's root to which replaced and removed files go.

.PARAMETER Security
Also copies the files' access rights; without it they have those of their
folder.

.PARAMETER Request
A request; usually from the pipeline.

.EXAMPLE
'{"op":"copy","folder":"Apps","names":["a.qvf"]}' | .\Copy-QlikShareContent.ps1 -Source \\CN\QlikShare -Target D:\QlikShare -Trash .qsrepl-trash/20260131T235900.000Z

.NOTES
Windows PowerShell 5.1 or newer. Paths longer than 260 characters are no
problem.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
[OutputType([string])]
param(
	[string]$Source = '',

	[Parameter(Mandatory = $true)]
	[string]$Target,

	[Parameter(Mandatory = $true)]
	[string]$Trash,

	[bool]$Security = $false,

	[Parameter(ValueFromPipeline = $true)]
	[AllowEmptyString()]
	[string]$Request
)

begin {
	Set-StrictMode -Version 2.0
	$ErrorActionPreference = 'Stop'
	$stagedName = '.qsrepl-partial'
	$trashName = '.qsrepl-trash'
	$connected = New-Object -TypeName 'Collections.Generic.List[string]'
	$network = $null
	$lock = $null
	$copied = '/COPY:DAT'
	if ($Security) { $copied = '/COPY:DATS' }
	# Two retries after five seconds each; no junctions, no symbolic links.
	$options = @($copied, '/DCOPY:DAT', '/R:2', '/W:5', '/XJ', '/FFT',
		'/NP', '/NJH', '/NJS', '/NDL', '/NC', '/NS', '/FP', '/BYTES')

	# One line of JSON in ASCII: what code page the session has is not known.
	function ConvertTo-Answer {
		param($Object)
		[regex]::Replace((ConvertTo-Json -InputObject $Object -Compress),
			'[^ -~]', { '\u{0:x4}' -f [int][char]$args[0].Value })
	}

	# A path as robocopy takes it, which needs no prefix for long ones.
	function Get-PlainPath {
		param([string]$Root, [string]$Path)
		$Root.TrimEnd('\') + '\' + $Path.Replace('/', '\')
	}

	# A path that Windows takes as it is, however long.
	function Get-LongPath {
		param([string]$Root, [string]$Path)
		$long = $Root.TrimEnd('\')
		if ($long.StartsWith('\\?\')) { $null = $long }
		elseif ($long.StartsWith('\\')) { $long = '\\?\UNC\' + $long.Substring(2) }
		else { $long = '\\?\' + $long }
		if ($Path) { $long + '\' + $Path.Replace('/', '\') } else { $long + '\' }
	}

	# A name below the root that does not lead out of it.
	function Assert-Below {
		param([string]$Path)
		if ($Path -eq '' -or $Path -match '(^|[\\/])\.{0,2}([\\/]|$)' -or $Path.Contains(':')) {
			throw "The path $Path does not lead below the root."
		}
	}

	# An error that says why, where a root cannot be read.
	function Assert-Root {
		param([string]$Root)
		$null = (New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root '')).GetDirectories()
	}

	function Get-Parent {
		param([string]$Path)
		$at = $Path.LastIndexOf('/')
		if ($at -lt 0) { '' } else { $Path.Substring(0, $at) }
	}

	# The exception that the method has thrown, and not that of the call.
	function Get-Cause {
		param($Exception)
		while ($null -ne $Exception.InnerException) { $Exception = $Exception.InnerException }
		$Exception
	}

	function ConvertTo-Failure {
		param([string]$Path, $Exception)
		$cause = Get-Cause $Exception
		ConvertTo-Answer ([ordered]@{ path = $Path; failed = $cause.Message.Trim(); code = $cause.HResult -band 0xFFFF })
	}

	# The same file, as far as size and time tell; some file systems keep times
	# to two seconds.
	function Test-Same {
		param($One, $Other)
		$One.Length -eq $Other.Length -and
			[Math]::Abs(($One.LastWriteTimeUtc - $Other.LastWriteTimeUtc).TotalSeconds) -le 2
	}

	# One run at a time: one whose connection was lost may still be at work.
	function Enter-ShareLock {
		$folder = Get-LongPath $Target $trashName
		$null = [IO.Directory]::CreateDirectory($folder)
		$watch = [Diagnostics.Stopwatch]::StartNew()
		while ($true) {
			try {
				return New-Object -TypeName IO.FileStream -ArgumentList "$folder\lock", ([IO.FileMode]::OpenOrCreate),
					([IO.FileAccess]::ReadWrite), ([IO.FileShare]::None), 1, ([IO.FileOptions]::DeleteOnClose)
			}
			catch {
				if ($watch.Elapsed.TotalSeconds -gt 60) { throw "Another run is at work on this share: $((Get-Cause $_.Exception).Message)" }
				Start-Sleep -Milliseconds 500
			}
		}
	}

	# The old file goes to the trash, where nothing is replaced. Its path there.
	function Move-ToTrash {
		[CmdletBinding(SupportsShouldProcess = $true)]
		[OutputType([string])]
		param([string]$Path)
		$to = Get-LongPath $Target "$Trash/$Path"
		$free = $to
		for ($n = 1; [IO.File]::Exists($free) -or [IO.Directory]::Exists($free); $n++) { $free = "$to.$n" }
		if (-not $PSCmdlet.ShouldProcess($Path, 'move to the trash')) { return }
		$null = [IO.Directory]::CreateDirectory((Get-LongPath $Target (Get-Parent "$Trash/$Path")))
		[IO.File]::Move((Get-LongPath $Target $Path), $free)
		$free
	}

	# A file that is whole takes its place.
	function Set-InPlace {
		[CmdletBinding(SupportsShouldProcess = $true)]
		param([string]$New, [string]$Path)
		$place = Get-LongPath $Target $Path
		if (-not $PSCmdlet.ShouldProcess($Path, 'replace')) { return }
		$old = $null
		if ([IO.File]::Exists($place)) { $old = Move-ToTrash $Path }
		try { [IO.File]::Move($New, $place) }
		catch {
			$problem = $_
			if ($null -ne $old) { [IO.File]::Move($old, $place) }
			throw $problem
		}
	}

	# An argument as CommandLineToArgvW() reads it: names of files have no
	# double quotes, and no path here ends in a backslash.
	function ConvertTo-PathArgument {
		param([string]$Word)
		if ($Word -match '["]' -or $Word.EndsWith('\')) { throw "The argument $Word cannot be passed on." }
		'"' + $Word + '"'
	}

	# Errors in robocopy's log: a number that Windows knows, what was done with
	# which file, and the words in the system's language on the next line.
	function Get-LogError {
		param([string]$Log, $Found)
		$lines = [IO.File]::ReadAllLines($Log, [Text.Encoding]::Unicode)
		for ($n = 0; $n -lt $lines.Length; $n++) {
			if ($lines[$n] -notmatch ' (\d+) \(0x[0-9A-Fa-f]{8}\) ') { continue }
			$code = [int]$Matches[1]
			$text = ''
			if ($n + 1 -lt $lines.Length) { $text = $lines[$n + 1].Trim() }
			# No file has the name "*".
			$Found['*'] = @{ text = $text; code = $code }
			$at = $lines[$n].LastIndexOf('\')
			if ($at -ge 0) { $Found[$lines[$n].Substring($at + 1).Trim()] = @{ text = $text; code = $code } }
		}
	}

	# Run robocopy; its errors by the files' names, and its exit code.
	function Invoke-Robocopy {
		param([string]$Folder, [string[]]$Names, $Result)
		$log = [IO.Path]::GetTempFileName()
		$words = @((Get-PlainPath $Source $Folder), (Get-PlainPath $Target "$Folder/$stagedName")) + $Names + $options + "/UNILOG:$log"
		$info = New-Object -TypeName Diagnostics.ProcessStartInfo
		$info.FileName = "$env:SystemRoot\System32\Robocopy.exe"
		$info.Arguments = @(foreach ($word in $words) { ConvertTo-PathArgument $word }) -join ' '
		$info.UseShellExecute = $false
		$info.CreateNoWindow = $true
		$info.RedirectStandardInput = $true
		$info.RedirectStandardOutput = $true
		$watch = [Diagnostics.Stopwatch]::StartNew()
		$process = [Diagnostics.Process]::Start($info)
		try {
			$process.StandardInput.Close()
			$said = $process.StandardOutput.ReadToEndAsync()
			while (-not $process.WaitForExit(5000)) {
				ConvertTo-Answer @{ working = [int]$watch.Elapsed.TotalSeconds }
			}
			$Result.code = $process.ExitCode
			Get-LogError $log $Result.errors
			if ($Result.code -ge 16 -or $Result.code -lt 0) {
				$text = $said.Result.Trim()
				if ($Result.errors.ContainsKey('*')) { $text = $Result.errors['*'].text }
				throw "robocopy ended with exit code $($Result.code) in folder ${Folder}: $text"
			}
		}
		finally {
			# Where the connection is lost, nobody waits for it any longer.
			if (-not $process.HasExited) { $process.Kill(); $process.WaitForExit() }
			[IO.File]::Delete($log)
		}
	}

	# What robocopy might take for an option, or not match: by Windows itself,
	# which copies data, attributes and times.
	function Copy-OddFile {
		param([string]$Folder, [string[]]$Names, $Result)
		foreach ($name in $Names) {
			try {
				[IO.File]::Copy((Get-LongPath $Source "$Folder/$name"), (Get-LongPath $Target "$Folder/$stagedName/$name"))
			}
			catch [IO.FileNotFoundException] { continue }
			catch {
				$cause = Get-Cause $_.Exception
				$Result.errors[$name] = @{ text = $cause.Message.Trim(); code = $cause.HResult -band 0xFFFF }
				$Result.code = 8
			}
		}
	}

	# Judge what has come of one file, and put it in its place.
	function Complete-File {
		param([string]$Path, [string]$Staged, $Result)
		$name = $Path.Substring($Path.LastIndexOf('/') + 1)
		$from = New-Object -TypeName IO.FileInfo -ArgumentList (Get-LongPath $Source $Path)
		$new = New-Object -TypeName IO.FileInfo -ArgumentList $Staged
		if (-not $from.Exists) { return ConvertTo-Answer ([ordered]@{ path = $Path; vanished = $true }) }
		if ($Result.errors.ContainsKey($name)) {
			$problem = $Result.errors[$name]
			# A retry may have succeeded.
			if (-not $new.Exists -or -not (Test-Same $from $new)) {
				return ConvertTo-Answer ([ordered]@{ path = $Path; failed = $problem.text; code = $problem.code })
			}
		}
		if (-not $new.Exists) {
			$text = 'robocopy has not copied it.'
			if ($Result.code -ge 8 -and $Result.errors.ContainsKey('*')) { $text = $Result.errors['*'].text }
			return ConvertTo-Answer ([ordered]@{ path = $Path; failed = $text; code = $Result.code })
		}
		if (-not (Test-Same $from $new)) { return ConvertTo-Answer ([ordered]@{ path = $Path; changing = $true }) }
		try {
			$length = $new.Length
			Set-InPlace $Staged $Path
			$Result.files++
			$Result.bytes += $length
		}
		catch { ConvertTo-Failure $Path $_.Exception }
	}

	function Remove-Staged {
		[CmdletBinding(SupportsShouldProcess = $true)]
		param([string]$Path)
		if (-not [IO.Directory]::Exists($Path) -or -not $PSCmdlet.ShouldProcess($Path, 'remove')) { return }
		foreach ($info in (New-Object -TypeName IO.DirectoryInfo -ArgumentList $Path).GetFiles()) {
			if ($info.Attributes -band [IO.FileAttributes]::ReadOnly) { $info.Attributes = 'Normal' }
			$info.Delete()
		}
		[IO.Directory]::Delete($Path)
	}

	function Copy-Piece {
		param([string]$Folder, [string[]]$Names)
		$result = @{ code = 0; errors = @{}; files = 0; bytes = [long]0 }
		foreach ($name in @($Folder) + $Names) { Assert-Below $name }
		$staged = Get-LongPath $Target "$Folder/$stagedName"
		Remove-Staged $staged
		$null = [IO.Directory]::CreateDirectory($staged)
		# Wildcards and double quotes cannot be in names of Windows; a file
		# server of another kind may show them.
		$odd = @($Names | Where-Object { $_ -match '^[-/]|[ .]$|[*?"<>|]' })
		$plain = @($Names | Where-Object { $odd -notcontains $_ })
		if ($plain.Count -gt 0) { Invoke-Robocopy $Folder $plain $result }
		Copy-OddFile $Folder $odd $result
		foreach ($name in $Names) { Complete-File "$Folder/$name" "$staged\$name" $result }
		Remove-Staged $staged
		ConvertTo-Answer ([ordered]@{ copied = $result.files; bytes = $result.bytes })
	}

	# A file, or an empty folder.
	function Remove-One {
		[CmdletBinding(SupportsShouldProcess = $true)]
		param([string]$Path, $Result)
		Assert-Below $Path
		$place = Get-LongPath $Target $Path
		if ($Source) {
			$there = Get-LongPath $Source $Path
			if ([IO.File]::Exists($there) -or [IO.Directory]::Exists($there)) {
				return ConvertTo-Answer ([ordered]@{ path = $Path; kept = $true })
			}
		}
		if (-not $PSCmdlet.ShouldProcess($Path, 'remove')) { return }
		try {
			if ([IO.File]::Exists($place)) {
				$null = Move-ToTrash $Path
				$Result.files++
			}
			elseif ([IO.Directory]::Exists($place)) {
				$info = New-Object -TypeName IO.DirectoryInfo -ArgumentList $place
				# Of a link, the link itself is removed.
				if ($info.Attributes -band [IO.FileAttributes]::ReparsePoint -or $info.GetFileSystemInfos().Length -eq 0) {
					[IO.Directory]::Delete($place)
				}
			}
		}
		catch { ConvertTo-Failure $Path $_.Exception }
	}

	# By COM and not by net.exe, on whose command line the password would be.
	function Connect-Share {
		param([string]$Root, [string]$User, [string]$Secret)
		if ($Root -notmatch '^\\\\[^\\?]+\\[^\\]+') { return }
		$share = $Matches[0]
		if ($connected -contains $share) { return }
		$network.MapNetworkDrive('', $share, $false, $User, $Secret)
		$connected.Add($share)
	}
}

process {
	if ([string]::IsNullOrWhiteSpace($Request)) { return }
	$object = ConvertFrom-Json -InputObject $Request
	if ($object.op -eq 'logon') {
		if ($null -eq $network) { $network = New-Object -ComObject WScript.Network }
		Connect-Share $object.root $object.user $object.password
		return
	}
	if (-not $PSCmdlet.ShouldProcess($Target, $object.op)) { return }
	if ($null -eq $lock) {
		Assert-Below $Trash
		if ($Source) { Assert-Root $Source }
		Assert-Root $Target
		$lock = Enter-ShareLock
	}
	switch ($object.op) {
		'make' {
			foreach ($path in @($object.paths)) {
				Assert-Below $path
				try { $null = [IO.Directory]::CreateDirectory((Get-LongPath $Target $path)) }
				catch { ConvertTo-Failure $path $_.Exception }
			}
		}
		'copy' {
			if (-not $Source) { throw 'There is no source to copy from.' }
			Copy-Piece $object.folder @($object.names)
		}
		'remove' {
			$result = @{ files = 0 }
			# Nothing is there where the source cannot be reached.
			if ($Source) { Assert-Root $Source }
			foreach ($path in @($object.paths)) { Remove-One $path $result }
			ConvertTo-Answer @{ removed = $result.files }
		}
		default { throw "The request $($object.op) is not known." }
	}
}

end {
	if ($null -ne $lock) { $lock.Dispose() }
	foreach ($share in $connected) { $network.RemoveNetworkDrive($share, $true) }
}
