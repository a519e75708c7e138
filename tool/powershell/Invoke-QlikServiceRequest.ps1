<#
.SYNOPSIS
Answers requests about the services of this machine, one JSON object a line.

.DESCRIPTION
qsrepl runs it at a Windows node through OpenSSH. It speaks what qsrepl-scm
speaks, so that it does not matter which of both a node is reached by. It first
writes {"connected":true}; then, for each line of its input, in their order:

{"op":"list"}                   service, display, state, start, pid of each,
                                and {"done":"list"}
{"op":"query","service":S}      the same, recovery_set and recovery
{"op":"stop","service":S,"deadline_ms":N}, {"op":"start",...}
                                service, op, state, ok, already, ms; where it
                                was refused, error (Win32), error_name, text
{"op":"config","service":S,"start":"manual","recovery":"none"}
                                start: auto, delayed, manual or disabled;
                                recovery: none, or what query gave; each may
                                be left out
{"op":"rights","service":S}     query, start, stop, config: what this account
                                may do; without a service, for all of Qlik's,
                                and {"done":"rights"}
{"op":"kill","service":S}       ends the process of a service that hangs
{"op":"run","command":[...],"deadline_ms":N}
                                ok, exit, ms, and the end of its output

A failed request does not end the script.

.PARAMETER Request
A request; usually from the pipeline.

.EXAMPLE
'{"op":"query","service":"QlikSenseProxyService"}' | .\Invoke-QlikServiceRequest.ps1

.NOTES
Windows PowerShell 5.1 or newer.
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
	$servicesKey = 'HKLM:\SYSTEM\CurrentControlSet\Services'
	$errorNames = @{
		2 = 'ERROR_FILE_NOT_FOUND'; 5 = 'ERROR_ACCESS_DENIED'
		87 = 'ERROR_INVALID_PARAMETER'; 123 = 'ERROR_INVALID_NAME'
		1051 = 'ERROR_DEPENDENT_SERVICES_RUNNING'
		1052 = 'ERROR_INVALID_SERVICE_CONTROL'
		1053 = 'ERROR_SERVICE_REQUEST_TIMEOUT'
		1055 = 'ERROR_SERVICE_DATABASE_LOCKED'
		1056 = 'ERROR_SERVICE_ALREADY_RUNNING'
		1058 = 'ERROR_SERVICE_DISABLED'; 1060 = 'ERROR_SERVICE_DOES_NOT_EXIST'
		1061 = 'ERROR_SERVICE_CANNOT_ACCEPT_CTRL'
		1062 = 'ERROR_SERVICE_NOT_ACTIVE'
		1066 = 'ERROR_SERVICE_SPECIFIC_ERROR'
		1067 = 'ERROR_PROCESS_ABORTED'
		1068 = 'ERROR_SERVICE_DEPENDENCY_FAIL'
		1069 = 'ERROR_SERVICE_LOGON_FAILED'
		1072 = 'ERROR_SERVICE_MARKED_FOR_DELETE'
		1359 = 'ERROR_INTERNAL_ERROR'; 1460 = 'ERROR_TIMEOUT'
	}
	$stateWords = @{
		Stopped = 'stopped'; StartPending = 'start_pending'
		StopPending = 'stop_pending'; Running = 'running'
		ContinuePending = 'continue_pending'
		PausePending = 'pause_pending'; Paused = 'paused'
	}

	# One line of JSON in ASCII: what code page the session has is not known.
	function ConvertTo-Answer {
		param($Object)
		[regex]::Replace((ConvertTo-Json -InputObject $Object -Compress),
			'[^ -~]', { '\u{0:x4}' -f [int][char]$args[0].Value })
	}

	# A member of a request, or what stands for one that is not there.
	function Get-RequestMember {
		param($Object, [string]$Name, $Default)
		$property = $Object.PSObject.Properties[$Name]
		if ($null -eq $property) { $Default } else { $property.Value }
	}

	function Get-WindowsError {
		param([int]$Code)
		New-Object -TypeName ComponentModel.Win32Exception -ArgumentList $Code
	}

	function Get-ErrorCode {
		param($Exception)
		while ($null -ne $Exception) {
			if ($Exception -is [ComponentModel.Win32Exception]) {
				return $Exception.NativeErrorCode
			}
			$Exception = $Exception.InnerException
		}
		1359
	}

	# The name of a service, which is safe in a filter, a path and an argument.
	function Get-ServiceName {
		param($Object)
		$name = [string](Get-RequestMember $Object 'service' '')
		if ($name -notmatch '^[A-Za-z0-9_. $@-]{1,256}$') {
			throw (Get-WindowsError 123)
		}
		$name
	}

	function Get-Controller {
		param([string]$Name)
		$controller = New-Object -TypeName ServiceProcess.ServiceController -ArgumentList $Name
		# Asking for anything is what finds out whether it is there.
		$null = $controller.Status
		$controller
	}

	function Get-StateWord {
		param($Controller)
		$Controller.Refresh()
		$stateWords["$($Controller.Status)"]
	}

	# What the registry has of a service, where it has that.
	function Get-ServiceValue {
		param([string]$Name, [string]$Value)
		$key = Get-ItemProperty -LiteralPath "$servicesKey\$Name" -ErrorAction SilentlyContinue
		if ($null -eq $key) { return $null }
		Get-RequestMember $key $Value $null
	}

	function Get-StartWord {
		param($Service)
		switch ($Service.StartMode) {
			'Auto' {
				if ((Get-ServiceValue $Service.Name 'DelayedAutostart') -eq 1) { 'delayed' } else { 'auto' }
			}
			'Manual' { 'manual' }
			'Disabled' { 'disabled' }
			default { "$_".ToLowerInvariant() }
		}
	}

	# The recovery actions in base64, or nothing: the flag that they hold for
	# every end with an error, and SERVICE_FAILURE_ACTIONS with offsets, as it
	# is on the wire. Texts are left out: nobody changes them.
	function Get-Recovery {
		param([string]$Name)
		[byte[]]$bytes = Get-ServiceValue $Name 'FailureActions'
		if ($null -eq $bytes -or $bytes.Length -lt 28) { return }
		$count = [BitConverter]::ToInt32($bytes, 12)
		if ($count -lt 1 -or $bytes.Length -lt 20 + 8 * $count) { return }
		$flag = [int](Get-ServiceValue $Name 'FailureActionsOnNonCrashFailures')
		[byte[]]$packed = [BitConverter]::GetBytes($flag) + $bytes[0..3] +
			(New-Object -TypeName 'byte[]' -ArgumentList 8) + $bytes[12..15] +
			[BitConverter]::GetBytes([int]20) + $bytes[20..(19 + 8 * $count)]
		[Convert]::ToBase64String($packed)
	}

	function Get-ServiceAnswer {
		param($Service)
		[ordered]@{
			service = $Service.Name
			display = $Service.DisplayName
			state = "$($Service.State)".ToLowerInvariant().Replace(' ', '_')
			start = Get-StartWord $Service
			pid = [int]$Service.ProcessId
		}
	}

	function Get-ServiceRow {
		param([string]$Name)
		$row = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$Name'"
		if ($null -eq $row) { throw (Get-WindowsError 1060) }
		$row
	}

	# Poll until a state is left, or reached; the last state that was seen.
	function Wait-State {
		param($Controller, [string[]]$While, $Watch, [int]$Deadline)
		$state = Get-StateWord $Controller
		while ($While -contains $state -and $Watch.ElapsedMilliseconds -lt $Deadline) {
			Start-Sleep -Milliseconds 50
			$state = Get-StateWord $Controller
		}
		$state
	}

	# Stop or start a service and wait until it is.
	function Invoke-Change {
		param([string]$Name, [string]$Op, [int]$Deadline, $Answer, $Watch)
		$wanted, $other = 'running', 'stopped'
		if ($Op -eq 'stop') { $wanted, $other = 'stopped', 'running' }
		$controller = Get-Controller $Name
		# What is between two states takes no orders.
		$Answer.state = Wait-State $controller @('start_pending', 'stop_pending', 'continue_pending', 'pause_pending') $Watch $Deadline
		$Answer.already = $Answer.state -eq $wanted
		if (-not $Answer.already) {
			if ($Op -eq 'stop') { $controller.Stop() } else { $controller.Start() }
			# A start is over as soon as it is no longer pending.
			$between = @("${Op}_pending")
			if ($Op -eq 'stop') { $between += $other, 'paused' }
			$Answer.state = Wait-State $controller $between $Watch $Deadline
		}
		$Answer.ok = $Answer.state -eq $wanted
		# It has not started; else the deadline is over, and the state tells.
		if (-not $Answer.ok -and $Answer.state -eq 'stopped') {
			$code = [int](Get-ServiceRow $Name).ExitCode
			if ($code -eq 0) { $code = 1067 }
			throw (Get-WindowsError $code)
		}
	}

	function Invoke-ServiceTool {
		param([string[]]$Words)
		$null = & "$env:SystemRoot\System32\sc.exe" @Words
		if ($LASTEXITCODE -ne 0) { throw (Get-WindowsError $LASTEXITCODE) }
	}

	# What query gave, or "none", for sc.exe.
	function Invoke-Recovery {
		param([string]$Name, [string]$Recovery)
		if ($Recovery -eq 'none') {
			Invoke-ServiceTool @('failure', $Name, 'reset=', '0', 'actions=', '""')
			return
		}
		$bytes = [Convert]::FromBase64String($Recovery)
		$kinds = @('', 'restart', 'reboot', 'run')
		$at = 4 + [BitConverter]::ToInt32($bytes, 20)
		$actions = @(for ($n = [BitConverter]::ToInt32($bytes, 16); $n -gt 0; $n--) {
				$kinds[[BitConverter]::ToInt32($bytes, $at)] + '/' + [BitConverter]::ToUInt32($bytes, $at + 4)
				$at += 8
			})
		$reset = [BitConverter]::ToUInt32($bytes, 4)
		if ($reset -eq [uint32]::MaxValue) { $reset = 'INFINITE' }
		Invoke-ServiceTool @('failure', $Name, 'reset=', "$reset", 'actions=', ($actions -join '/'))
		Invoke-ServiceTool @('failureflag', $Name, "$([BitConverter]::ToInt32($bytes, 0))")
	}

	function Invoke-Config {
		param([string]$Name, $Object)
		$starts = @{ auto = 'auto'; delayed = 'delayed-auto'; manual = 'demand'; disabled = 'disabled' }
		$start = Get-RequestMember $Object 'start' $null
		$recovery = Get-RequestMember $Object 'recovery' $null
		if ($null -ne $start) {
			if (-not $starts.ContainsKey("$start")) { throw (Get-WindowsError 87) }
			Invoke-ServiceTool @('config', $Name, 'start=', $starts["$start"])
		}
		if ($null -ne $recovery) { Invoke-Recovery $Name $recovery }
	}

	# What a service's own list of rights gives to this account.
	function Get-Right {
		param([string]$Name)
		$sddl = "$(& "$env:SystemRoot\System32\sc.exe" sdshow $Name)".Trim()
		if ($LASTEXITCODE -ne 0) { throw (Get-WindowsError $LASTEXITCODE) }
		$me = [Security.Principal.WindowsIdentity]::GetCurrent()
		$own = @($me.User.Value) + @($me.Groups | ForEach-Object { $_.Value })
		$allowed = 0
		$denied = 0
		$list = New-Object -TypeName Security.AccessControl.RawSecurityDescriptor -ArgumentList $sddl
		foreach ($ace in $list.DiscretionaryAcl) {
			if ($own -notcontains $ace.SecurityIdentifier.Value) { continue }
			if ($ace.AceType -eq 'AccessDenied') { $denied = $denied -bor ($ace.AccessMask -band -bnot $allowed) }
			elseif ($ace.AceType -eq 'AccessAllowed') { $allowed = $allowed -bor ($ace.AccessMask -band -bnot $denied) }
		}
		$allowed
	}

	function Invoke-Right {
		param([string]$Name)
		$answer = [ordered]@{ service = $Name; op = 'rights'; ok = $false }
		try {
			$mask = Get-Right $Name
			$answer.query = ($mask -band 0x4) -ne 0
			$answer.start = ($mask -band 0x10) -ne 0
			$answer.stop = ($mask -band 0x20) -ne 0
			$answer.config = ($mask -band 0x2) -ne 0
			$answer.ok = $answer.query -and $answer.start -and $answer.stop -and $answer.config
		}
		catch { Add-Problem $answer $_.Exception }
		ConvertTo-Answer $answer
	}

	# End the process of one service that hangs.
	function Invoke-Kill {
		param([string]$Name, [int]$Deadline, $Answer, $Watch)
		$processId = [int](Get-ServiceRow $Name).ProcessId
		$Answer.already = $processId -eq 0
		if ($processId -ne 0) {
			# Services that share a process would all be ended.
			if (@(Get-CimInstance -ClassName Win32_Service -Filter "ProcessId = $processId").Count -ne 1) {
				throw (Get-WindowsError 5)
			}
			Stop-Process -Id $processId -Force -Confirm:$false
		}
		$Answer.state = Wait-State (Get-Controller $Name) @('running', 'paused', 'start_pending', 'stop_pending') $Watch $Deadline
		$Answer.ok = $Answer.state -eq 'stopped'
	}

	# An argument as CommandLineToArgvW() reads it.
	function ConvertTo-Argument {
		param([string]$Word)
		if ($Word -ne '' -and $Word -notmatch '[\s"]') { return $Word }
		'"' + (($Word -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
	}

	function Invoke-Program {
		param([string[]]$Command, [int]$Deadline, $Answer)
		$info = New-Object -TypeName Diagnostics.ProcessStartInfo
		$info.FileName = $Command[0]
		$info.Arguments = @($Command | Select-Object -Skip 1 | ForEach-Object { ConvertTo-Argument $_ }) -join ' '
		$info.UseShellExecute = $false
		$info.CreateNoWindow = $true
		$info.RedirectStandardInput = $true
		$info.RedirectStandardOutput = $true
		$info.RedirectStandardError = $true
		$process = [Diagnostics.Process]::Start($info)
		$process.StandardInput.Close()
		# Both are read at once: a full pipe would hold the program up.
		$texts = @($process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync())
		if (-not $process.WaitForExit($Deadline)) {
			$null = & "$env:SystemRoot\System32\taskkill.exe" /T /F /PID $process.Id
			throw (Get-WindowsError 1460)
		}
		$Answer.exit = $process.ExitCode
		$Answer.ok = $process.ExitCode -eq 0
		# What it leaves in the background may keep its output open.
		$said = @($texts | ForEach-Object { if ($_.Wait(1000)) { $_.Result.Trim() } }) -join "`n"
		$Answer.output = $said.Substring([Math]::Max(0, $said.Length - 2000))
	}

	function Add-Problem {
		param($Answer, $Exception)
		$code = Get-ErrorCode $Exception
		$Answer.error = $code
		$Answer.error_name = $errorNames[$code]
		if ($null -eq $Answer.error_name) { $Answer.error_name = "WIN32_$code" }
		if ($code -eq 1359) { $Answer.text = $Exception.Message }
	}

	# What changes something: stop, start, config, kill, run.
	function Invoke-Act {
		param([string]$Op, $Object, $Answer)
		$watch = [Diagnostics.Stopwatch]::StartNew()
		try {
			$deadline = [int](Get-RequestMember $Object 'deadline_ms' 60000)
			if ($Op -eq 'run') {
				Invoke-Program @($Object.command) $deadline $Answer
			}
			else {
				$name = Get-ServiceName $Object
				$Answer.service = $name
				switch ($Op) {
					'config' {
						Invoke-Config $name $Object
						$Answer.ok = $true
					}
					'kill' { Invoke-Kill $name $deadline $Answer $watch }
					default { Invoke-Change $name $Op $deadline $Answer $watch }
				}
			}
		}
		catch {
			$Answer.ok = $false
			Add-Problem $Answer $_.Exception
		}
		$Answer.ms = $watch.ElapsedMilliseconds
		ConvertTo-Answer $Answer
	}

	# What only looks: list, query, rights; and what is no request.
	function Invoke-Look {
		param([string]$Op, $Object)
		switch ($Op) {
			'list' {
				Get-CimInstance -ClassName Win32_Service |
					ForEach-Object { ConvertTo-Answer (Get-ServiceAnswer $_) }
				ConvertTo-Answer @{ done = 'list' }
			}
			'query' {
				$found = Get-ServiceAnswer (Get-ServiceRow (Get-ServiceName $Object))
				$found.recovery = Get-Recovery $found.service
				$found.recovery_set = $null -ne $found.recovery
				ConvertTo-Answer $found
			}
			'rights' {
				if ($null -ne (Get-RequestMember $Object 'service' $null)) {
					return Invoke-Right (Get-ServiceName $Object)
				}
				Get-CimInstance -ClassName Win32_Service -Filter "Name LIKE 'Qlik%'" |
					ForEach-Object { Invoke-Right $_.Name }
				ConvertTo-Answer @{ done = 'rights' }
			}
			default { throw (Get-WindowsError 87) }
		}
	}

	Add-Type -AssemblyName System.ServiceProcess
	ConvertTo-Answer @{ connected = $true }
}

process {
	if ([string]::IsNullOrWhiteSpace($Request)) { return }
	$answer = [ordered]@{ service = $null; op = $null; ok = $false }
	try {
		$object = ConvertFrom-Json -InputObject $Request
		$op = [string](Get-RequestMember $object 'op' '')
		$answer.op = $op
		$answer.service = Get-RequestMember $object 'service' $null
		if (@('stop', 'start', 'config', 'kill', 'run') -notcontains $op) {
			Invoke-Look $op $object
		}
		elseif ($PSCmdlet.ShouldProcess("$($answer.service)", $op)) {
			Invoke-Act $op $object $answer
		}
	}
	catch {
		Add-Problem $answer $_.Exception
		ConvertTo-Answer $answer
	}
}
