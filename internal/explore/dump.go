package explore

import (
	"fmt"
	"strings"
)

// Dump renders a skeleton for people who debug one.
func Dump(f *Func) string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "func %d %s params %d free %d touches %v creates %v\n", f.ID, f.Name, f.Params, f.Free, f.Touches, f.Creates)
	for b := range f.Blocks {
		fmt.Fprintf(&sb, "%d:\n", b)
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			fmt.Fprintf(&sb, "\t%s", opText[in.Op])
			if in.Dst != 0 {
				fmt.Fprintf(&sb, " r%d =", in.Dst)
			}
			fmt.Fprintf(&sb, " N=%d", in.N)
			for _, r := range append([]Reg{in.A, in.B, in.C}, in.Args...) {
				switch {
				case r > 0:
					fmt.Fprintf(&sb, " r%d", r)
				case r < 0:
					fmt.Fprintf(&sb, " %v", f.Consts[-1-r])
				default:
					sb.WriteString(" _")
				}
			}
			for _, c := range in.Cases {
				fmt.Fprintf(&sb, " [send %v ch r%d val r%d]", c.Send, c.Chan, c.Val)
			}
			for _, e := range in.Succs {
				fmt.Fprintf(&sb, " ->%d%v", e.Block, e.Moves)
			}
			if in.Op == OpCall {
				fmt.Fprintf(&sb, " call %d mode %d", in.Call, in.Mode)
			}
			sb.WriteString("\n")
		}
	}
	return sb.String()
}

var opText = map[Op]string{OpMove: "move", OpOpaque: "opaque", OpAlloc: "alloc", OpMakeChan: "makechan", OpMakeMap: "makemap",
	OpMakeSlice: "makeslice", OpClosure: "closure", OpField: "field", OpIndexAddr: "index", OpFieldVal: "fieldval", OpLoad: "load",
	OpStore: "store", OpGlobal: "global", OpBin: "bin", OpArith: "arith", OpNot: "not", OpIface: "iface", OpAssert: "assert",
	OpExtract: "extract", OpTuple: "tuple", OpLen: "len", OpAppend: "append", OpAppendSlice: "appendslice", OpSlice: "slice",
	OpMapGet: "mapget", OpMapSet: "mapset", OpMapDelete: "mapdelete", OpRange: "range", OpNext: "next", OpEscape: "escape",
	OpKeep: "keep", OpAtomic: "atomic", OpCtxNew: "ctxnew", OpCtxDone: "ctxdone", OpCancelFunc: "cancelfunc", OpTimer: "timer",
	OpReadLocker: "rlocker", OpCall: "call", OpRunDefers: "rundefers", OpRecover: "recover", OpReturn: "return", OpPanic: "panic",
	OpExit: "exit", OpGoexit: "goexit", OpJump: "jump", OpIf: "if", OpSend: "send", OpRecv: "recv", OpClose: "close",
	OpSelect: "select", OpLock: "lock", OpAdd: "add", OpWait: "wait", OpOnceBegin: "oncebegin", OpOnceEnd: "onceend",
	OpCondEnter: "condenter", OpCondPark: "condpark", OpSignal: "signal", OpCancel: "cancel", OpCtxErr: "ctxerr",
	OpTimerStop: "timerstop", OpTimerFire: "timerfire", OpYield: "yield"}
