-- A person at work in Neovim: opens a file, types a bug, takes the quick fix.
-- The job comes in the environment as JSON, what was seen goes to a file.
local job = vim.fn.json_decode(vim.env.CONCLINT_JOB)
local seen = {}

local function finish(failed)
  seen.failed = failed
  local f = assert(io.open(job.report, 'w'))
  f:write(vim.fn.json_encode(seen))
  f:close()
  vim.cmd('qall!')
end

local function diagnostics()
  local list = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local lsp = d.user_data and d.user_data.lsp or {}
    table.insert(list, { line = d.lnum + 1, source = d.source, code = d.code or lsp.code or vim.NIL, message = d.message })
  end
  table.sort(list, function(a, b) return a.line < b.line end)
  return list
end

local function wait(what, ok)
  if not vim.wait(job.patience, ok, 50) then
    seen.last = diagnostics()
    error('waited too long for ' .. what)
  end
end

local function has(code)
  for _, d in ipairs(diagnostics()) do
    if d.code == code then return d end
  end
end

local function work()
  vim.cmd('edit ' .. vim.fn.fnameescape(job.file))
  vim.bo.filetype = 'go'
  for _, server in ipairs(job.servers) do
    local id = vim.lsp.start_client({
      name = server.name, cmd = server.cmd, root_dir = job.root,
      init_options = server.options or vim.empty_dict(), settings = server.settings or vim.empty_dict(),
    })
    assert(id, 'the server ' .. server.name .. ' does not start')
    vim.lsp.buf_attach_client(0, id)
  end
  wait('the servers', function() return #vim.lsp.buf_get_clients(0) >= #job.servers or vim.tbl_count(vim.lsp.buf_get_clients(0)) >= #job.servers end)

  -- Type: the marked line goes, and with it the unlock before the return.
  vim.fn.search(vim.fn.escape(job.remove, '*[]/\\'), 'w')
  vim.cmd('normal! dd')
  wait('a finding while typing', function() return has(job.code) ~= nil end)
  seen.typed = diagnostics()
  seen.modified = vim.bo.modified

  if job.also then -- of another server
    wait(job.also, function()
      for _, d in ipairs(diagnostics()) do
        if d.source == job.also then return true end
      end
    end)
    seen.both = diagnostics()
  end

  -- The lamp: the first action that the last server offers at the finding.
  local last = job.servers[#job.servers].name
  vim.ui.select = function(items, _, choose)
    local pick
    seen.actions = {}
    for i, item in ipairs(items) do
      local client = vim.lsp.get_client_by_id(item.ctx and item.ctx.client_id or item[1])
      if client and client.name == last then
        table.insert(seen.actions, (item.action or item[2]).title)
        pick = pick or i
      end
    end
    choose(items[pick or 1], pick or 1)
  end
  vim.fn.cursor(has(job.code).line, 1)
  vim.cmd('normal! ^')
  vim.lsp.buf.code_action({ context = { only = { 'quickfix' }, diagnostics = vim.lsp.diagnostic.get_line_diagnostics() } })
  wait('the fix to work', function() return has(job.code) == nil end)
  seen.fixed = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
  seen.left = diagnostics()

  vim.cmd('silent write')
  vim.wait(300)
  seen.saved = diagnostics()
  local version = vim.version()
  seen.version = version.major .. '.' .. version.minor .. '.' .. version.patch
end

local ok, err = pcall(work)
finish(ok and vim.NIL or tostring(err))
