package lsp

import (
	"encoding/json"

	"github.com/conclint/conclint/internal/lsp/text"
)

// The part of the Language Server Protocol, version 3.17, that is spoken here.
type (
	initializeParams struct {
		RootURI          string            `json:"rootUri"`
		WorkspaceFolders []workspaceFolder `json:"workspaceFolders"`
		Capabilities     capabilities      `json:"capabilities"`
		Options          json.RawMessage   `json:"initializationOptions"`
	}
	workspaceFolder struct {
		URI string `json:"uri"`
	}
	capabilities struct {
		Workspace struct {
			WorkspaceEdit struct {
				DocumentChanges bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
			DidChangeWatchedFiles struct {
				DynamicRegistration bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
		} `json:"workspace"`
		TextDocument struct {
			PublishDiagnostics struct {
				RelatedInformation bool `json:"relatedInformation"`
			} `json:"publishDiagnostics"`
		} `json:"textDocument"`
		Window struct {
			WorkDoneProgress bool `json:"workDoneProgress"`
		} `json:"window"`
	}
	documentID struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	}
	didOpenParams struct {
		TextDocument struct {
			documentID
			Text string `json:"text"`
		} `json:"textDocument"`
	}
	didChangeParams struct {
		TextDocument documentID `json:"textDocument"`
		Changes      []struct {
			Range *text.Range `json:"range"` // nil: the whole text
			Text  string      `json:"text"`
		} `json:"contentChanges"`
	}
	documentParams struct { // of didSave and didClose
		TextDocument documentID `json:"textDocument"`
	}
	foldersParams struct {
		Event struct {
			Added   []workspaceFolder `json:"added"`
			Removed []workspaceFolder `json:"removed"`
		} `json:"event"`
	}
	watchedParams struct {
		Changes []workspaceFolder `json:"changes"` // uri of each
	}
	configurationParams struct {
		Settings struct {
			Conclint json.RawMessage `json:"conclint"`
		} `json:"settings"`
	}
	hoverParams struct {
		TextDocument documentID    `json:"textDocument"`
		Position     text.Position `json:"position"`
	}
	hover struct {
		Contents markup     `json:"contents"`
		Range    text.Range `json:"range"`
	}
	markup struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	}
	codeActionParams struct {
		TextDocument documentID `json:"textDocument"`
		Range        text.Range `json:"range"`
		Context      struct {
			Only []string `json:"only"`
		} `json:"context"`
	}
	codeAction struct {
		Title       string        `json:"title"`
		Kind        string        `json:"kind"`
		Diagnostics []diagnostic  `json:"diagnostics"`
		Preferred   bool          `json:"isPreferred,omitempty"`
		Edit        workspaceEdit `json:"edit"`
	}
	workspaceEdit struct {
		Changes         map[string][]textEdit `json:"changes,omitempty"`
		DocumentChanges []documentEdit        `json:"documentChanges,omitempty"`
	}
	documentEdit struct {
		TextDocument struct {
			URI     string `json:"uri"`
			Version *int   `json:"version"` // nil for a file that is not open
		} `json:"textDocument"`
		Edits []textEdit `json:"edits"`
	}
	textEdit struct {
		Range text.Range `json:"range"`
		New   string     `json:"newText"`
	}
	publishParams struct {
		URI         string       `json:"uri"`
		Version     *int         `json:"version,omitempty"`
		Diagnostics []diagnostic `json:"diagnostics"`
	}
	diagnostic struct {
		Range       text.Range       `json:"range"`
		Severity    int              `json:"severity"`
		Code        string           `json:"code"`
		Description *codeDescription `json:"codeDescription,omitempty"`
		Source      string           `json:"source"`
		Message     string           `json:"message"`
		Related     []relatedPlace   `json:"relatedInformation,omitempty"`
	}
	codeDescription struct {
		Href string `json:"href"`
	}
	relatedPlace struct {
		Location location `json:"location"`
		Message  string   `json:"message"`
	}
	location struct {
		URI   string     `json:"uri"`
		Range text.Range `json:"range"`
	}
)

// Severities and kinds of messages; both count alike.
const (
	sevError   = 1
	sevWarning = 2
	sevInfo    = 3
	sevLog     = 4
)

type object = map[string]any
