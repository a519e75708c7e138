<#
.SYNOPSIS
Answers requests about the content of a file share.

.DESCRIPTION
qsrepl runs it at a Windows node through OpenSSH. Requests come through the
pipeline, a JSON object a line; answers are lines of JSON:

{"op":"logon","root":R,"user":U,"password":P}
                            connects this session to \\server\share of a root
                            that is on another machine
{"op":"list","root":R,"folders":[F,...]}
                            all that is in these folders, many a line, as
                            {"entries":[[KIND,PATH,SIZE,TIME],...]}: KIND is
                            d (folder), f (file), l (a link, which is not
                            followed), s (files on their way, of a copy that
                            was interrupted) or x (a name that is no Unicode,
                            which nothing can be done with); PATH is below the
                            root, with / between; TIME of the last change, in
                            100 ns since 1601. {"listed":N} tells how many
{"op":"read","root":R,"name":N,"most":BYTES}
                            a small file: {"content":BASE64} in pieces, or
                            {"missing":"file"}, {"missing":"root"}; {"read":N}
{"op":"write","root":R,"name":N,"content":BASE64}
                            replaces it in one step: {"written":N}
{"op":"remove","root":R,"name":N}
                            {"removed":N}
{"op":"compare","root":R,"other":R,"first":N,"paths":[P,P,...]}
                            the content of a file below the first root with
                            one below the other, pair by pair: {"pair":N} for
                            those that differ, the first of them being
                            "first"; {"pair":N,"unreadable":TEXT};
                            {"compared":N}
{"op":"clean","root":R,"folders":[F,...],"older":STAMP}
                            removes files on their way of a copy that was
                            interrupted, and what the trash has of before a
                            time, as 20260131T235900.000Z: {"cleaned":PATH}
                            each

A request that fails ends the script. Links are symbolic links and junctions;
files that Windows has deduplicated are files.

.PARAMETER Request
A request; usually from the pipeline.

.EXAMPLE
'{"op":"list","root":"D:\\QlikShare","folders":["Apps"]}' | .\Invoke-QlikShareRequest.ps1

.NOTES
Windows PowerShell 5.1 or newer. Paths longer than 260 characters are no
problem.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
[OutputType([string])]
param(
	[Parameter(ValueFromPipeline = $true)]
	[AllowEmptyString()]
	[string]$Request
)

begin {
	Set-StrictMode -Version 2.0
	$ErrorActionPreference = 'Stop'
	$trashName = '.qsrepl-trash'
	$stagedName = '.qsrepl-partial'
	$pieceLength = 8192
	# A line of answers is a little longer than that, in characters.
	$lineLength = 16000
	$odd = New-Object -TypeName regex -ArgumentList '[^ !#-\[\]-~]', 'Compiled'
	$strict = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false, $true
	$connected = New-Object -TypeName 'Collections.Generic.List[string]'
	$network = $null

	# One line of JSON in ASCII: what code page the session has is not known.
	function ConvertTo-Answer {
		param($Object)
		[regex]::Replace((ConvertTo-Json -InputObject $Object -Compress),
			'[^ -~]', { '\u{0:x4}' -f [int][char]$args[0].Value })
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

	# A string of JSON in ASCII, or nothing for a name that is no Unicode.
	function ConvertTo-JsonName {
		param([string]$Name)
		try { $null = $strict.GetByteCount($Name) } catch { return $null }
		'"' + $odd.Replace($Name, { '\u{0:x4}' -f [int][char]$args[0].Value }) + '"'
	}

	# Calls of functions and pipelines are what is slow in PowerShell: there is
	# none in here for an entry with a name of plain letters.
	function Get-ShareEntry {
		param([string]$Root, [string[]]$Folders)
		$links = [int][IO.FileAttributes]::ReparsePoint
		$directories = [int][IO.FileAttributes]::Directory
		$line = New-Object -TypeName Text.StringBuilder
		$stack = New-Object -TypeName 'Collections.Generic.Stack[string]'
		$count = 0
		# An error that says why, where the root cannot be read.
		$null = @((New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root '')).GetDirectories())
		foreach ($folder in $Folders) {
			Assert-Below $folder
			$info = New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root $folder)
			if (-not $info.Exists) { continue }
			$kind = 'd'
			if ([int]$info.Attributes -band $links) { $kind = 'l' } else { $stack.Push($folder) }
			$time = $info.LastWriteTimeUtc.ToFileTimeUtc()
			$null = $line.Append(',["').Append($kind).Append('",').Append((ConvertTo-JsonName $folder)).Append(',0,').Append($time).Append(']')
			$count++
		}
		while ($stack.Count -gt 0) {
			$folder = $stack.Pop()
			$prefix = (ConvertTo-JsonName ($folder + '/')).TrimEnd('"')
			$entries = $null
			try {
				$entries = (New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root $folder)).GetFileSystemInfos()
			}
			catch [IO.DirectoryNotFoundException] {
				# It has vanished meanwhile.
				continue
			}
			foreach ($info in $entries) {
				$name = $info.Name
				$size = 0
				$attributes = [int]$info.Attributes
				if ($attributes -band $directories) {
					$kind = 'd'
					if ($attributes -band $links) { $kind = 'l' }
					elseif ($name -eq $stagedName) { $kind = 's' }
				}
				else {
					$kind = 'f'
					$size = $info.Length
					# What is deduplicated or archived has a size, links have none.
					if ($size -eq 0 -and ($attributes -band $links)) { $kind = 'l' }
				}
				if ($odd.IsMatch($name)) {
					$json = ConvertTo-JsonName $name
					if ($null -eq $json) {
						$kind = 'x'
						$json = '"' + [regex]::Replace($name, '[^ !#-\[\]-~]', '?') + '"'
					}
					elseif ($kind -eq 'd') { $stack.Push($folder + '/' + $name) }
					$json = $json.Substring(1)
				}
				else {
					$json = $name + '"'
					if ($kind -eq 'd') { $stack.Push($folder + '/' + $name) }
				}
				$null = $line.Append(',["').Append($kind).Append('",').Append($prefix).Append($json).Append(',').Append($size).Append(',').Append($info.LastWriteTimeUtc.ToFileTimeUtc()).Append(']')
				$count++
				if ($line.Length -gt $lineLength) {
					'{"entries":[' + $line.ToString(1, $line.Length - 1) + ']}'
					$null = $line.Clear()
				}
			}
		}
		if ($line.Length -gt 0) { '{"entries":[' + $line.ToString(1, $line.Length - 1) + ']}' }
		ConvertTo-Answer @{ listed = $count }
	}

	# Paths without an end are not read, nor is what a link leads to.
	function Read-ShareFile {
		param([string]$Root, [string]$Name, [long]$Most)
		Assert-Below $Name
		$missing = $null
		$info = New-Object -TypeName IO.FileInfo -ArgumentList (Get-LongPath $Root $Name)
		if (-not $info.Exists) {
			$missing = 'root'
			try {
				$null = $info.Directory.GetDirectories()
				$missing = 'file'
			}
			catch [IO.DirectoryNotFoundException] { $null = $_ }
			ConvertTo-Answer @{ missing = $missing }
		}
		elseif ($info.Attributes -band [IO.FileAttributes]::ReparsePoint) { throw "The file $Name is a link." }
		elseif ($info.Length -gt $Most) { throw "The file $Name has more than $Most bytes." }
		else {
			$text = [Convert]::ToBase64String([IO.File]::ReadAllBytes($info.FullName))
			for ($at = 0; $at -lt $text.Length; $at += $pieceLength) {
				ConvertTo-Answer @{ content = $text.Substring($at, [Math]::Min($pieceLength, $text.Length - $at)) }
			}
		}
		ConvertTo-Answer @{ read = $Name }
	}

	function Get-Digest {
		param([string]$Path)
		$hash = New-Object -TypeName Security.Cryptography.SHA256CryptoServiceProvider
		$file = New-Object -TypeName IO.FileStream -ArgumentList $Path, ([IO.FileMode]::Open),
			([IO.FileAccess]::Read), ([IO.FileShare]'ReadWrite, Delete'), 1048576
		try { [BitConverter]::ToString($hash.ComputeHash($file)) }
		finally {
			$file.Dispose()
			$hash.Dispose()
		}
	}

	function Compare-ShareFile {
		param([string]$Root, [string]$Other, [int]$First, [string[]]$Paths)
		for ($n = 0; $n -lt $Paths.Length / 2; $n++) {
			try {
				$one = Get-Digest (Get-LongPath $Root $Paths[2 * $n])
				if ($one -ne (Get-Digest (Get-LongPath $Other $Paths[2 * $n + 1]))) {
					ConvertTo-Answer @{ pair = $First + $n }
				}
			}
			catch {
				ConvertTo-Answer ([ordered]@{ pair = $First + $n; unreadable = $_.Exception.GetBaseException().Message })
			}
		}
		ConvertTo-Answer @{ compared = [int]($Paths.Length / 2) }
	}

	# It is on the disk before it gets its name.
	function Write-ShareFile {
		param([string]$Root, [string]$Name, [byte[]]$Bytes)
		Assert-Below $Name
		$path = Get-LongPath $Root $Name
		$file = New-Object -TypeName IO.FileStream -ArgumentList "$path.new", ([IO.FileMode]::Create),
			([IO.FileAccess]::Write), ([IO.FileShare]::None), 4096, ([IO.FileOptions]::WriteThrough)
		try {
			$file.Write($Bytes, 0, $Bytes.Length)
			$file.Flush($true)
		}
		finally { $file.Dispose() }
		if ([IO.File]::Exists($path)) { [IO.File]::Replace("$path.new", $path, [NullString]::Value) }
		else { [IO.File]::Move("$path.new", $path) }
		ConvertTo-Answer @{ written = $Name }
	}

	# A folder and all in it; links are removed, and not followed.
	function Remove-Tree {
		[CmdletBinding(SupportsShouldProcess = $true)]
		param([string]$Path)
		if (-not $PSCmdlet.ShouldProcess($Path, 'remove')) { return }
		foreach ($info in (New-Object -TypeName IO.DirectoryInfo -ArgumentList $Path).GetFileSystemInfos()) {
			$isFolder = $info.Attributes -band [IO.FileAttributes]::Directory
			$isLink = $info.Attributes -band [IO.FileAttributes]::ReparsePoint
			if ($isFolder -and -not $isLink) { Remove-Tree ($Path + '\' + $info.Name) }
			elseif ($isFolder) { [IO.Directory]::Delete($Path + '\' + $info.Name) }
			else {
				if ($info.Attributes -band [IO.FileAttributes]::ReadOnly) { $info.Attributes = 'Normal' }
				[IO.File]::Delete($Path + '\' + $info.Name)
			}
		}
		[IO.Directory]::Delete($Path)
	}

	# Folders of the trash are named after the time at which they were begun.
	function Clear-Trash {
		param([string]$Root, [string]$Older)
		$trash = Get-LongPath $Root $trashName
		if (-not [IO.Directory]::Exists($trash)) { return }
		foreach ($info in (New-Object -TypeName IO.DirectoryInfo -ArgumentList $trash).GetDirectories()) {
			if ($info.Name -cmatch '^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$' -and [string]::CompareOrdinal($info.Name, $Older) -lt 0) {
				Remove-Tree ($trash + '\' + $info.Name)
				ConvertTo-Answer @{ cleaned = "$trashName/" + $info.Name }
			}
		}
	}

	function Clear-Partial {
		param([string]$Root, [string[]]$Folders)
		$stack = New-Object -TypeName 'Collections.Generic.Stack[string]'
		foreach ($folder in $Folders) {
			Assert-Below $folder
			$info = New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root $folder)
			if ($info.Exists -and -not ($info.Attributes -band [IO.FileAttributes]::ReparsePoint)) { $stack.Push($folder) }
		}
		while ($stack.Count -gt 0) {
			$folder = $stack.Pop()
			foreach ($info in (New-Object -TypeName IO.DirectoryInfo -ArgumentList (Get-LongPath $Root $folder)).GetDirectories()) {
				if ($info.Attributes -band [IO.FileAttributes]::ReparsePoint) { continue }
				$path = $folder + '/' + $info.Name
				if ($info.Name -ne $stagedName) { $stack.Push($path) }
				else {
					Remove-Tree (Get-LongPath $Root $path)
					ConvertTo-Answer @{ cleaned = $path }
				}
			}
		}
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
	switch ($object.op) {
		'logon' {
			if ($null -eq $network) { $network = New-Object -ComObject WScript.Network }
			Connect-Share $object.root $object.user $object.password
		}
		'list' { Get-ShareEntry $object.root @($object.folders) }
		'read' { Read-ShareFile $object.root $object.name $object.most }
		'write' {
			if ($PSCmdlet.ShouldProcess($object.name, 'write')) {
				Write-ShareFile $object.root $object.name ([Convert]::FromBase64String($object.content))
			}
		}
		'remove' {
			Assert-Below $object.name
			if ($PSCmdlet.ShouldProcess($object.name, 'remove')) {
				[IO.File]::Delete((Get-LongPath $object.root $object.name))
				ConvertTo-Answer @{ removed = $object.name }
			}
		}
		'compare' { Compare-ShareFile $object.root $object.other $object.first @($object.paths) }
		'clean' {
			if ($PSCmdlet.ShouldProcess($object.root, 'clean')) {
				Clear-Partial $object.root @($object.folders)
				Clear-Trash $object.root $object.older
			}
		}
		default { throw "The request $($object.op) is not known." }
	}
}

end {
	foreach ($share in $connected) { $network.RemoveNetworkDrive($share, $true) }
}
