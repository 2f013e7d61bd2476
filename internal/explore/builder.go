package explore

// A Builder assembles a skeleton.
type Builder struct {
	F   *Func
	cur int32
}

// NewBuilder starts a function with one empty block.
func NewBuilder(name string, params, free int) *Builder {
	f := &Func{Name: name, Params: params, Free: free, Regs: params + free, Recover: -1, Touches: true}
	f.Blocks = make([]Block, 1)
	return &Builder{F: f}
}

// Rebuild starts the body of an already registered function.
func Rebuild(f *Func) *Builder {
	f.Regs = f.Params + f.Free
	f.Recover = -1
	f.Blocks = make([]Block, 1)
	return &Builder{F: f}
}

// Param returns the register of parameter i, counted from 0; free variables
// follow the parameters.
func (b *Builder) Param(i int) Reg { return Reg(i + 1) }

// Reg returns a fresh register.
func (b *Builder) Reg() Reg {
	b.F.Regs++
	return Reg(b.F.Regs)
}

// Const returns the operand of a constant.
func (b *Builder) Const(v Value) Reg {
	for i, c := range b.F.Consts {
		if same(c, v) {
			return ConstReg(i)
		}
	}
	b.F.Consts = append(b.F.Consts, v)
	return ConstReg(len(b.F.Consts) - 1)
}

// Block adds an empty block.
func (b *Builder) Block() int32 {
	b.F.Blocks = append(b.F.Blocks, Block{})
	return int32(len(b.F.Blocks) - 1)
}

// At continues in block n.
func (b *Builder) At(n int32) { b.cur = n }

// Emit appends an instruction.
func (b *Builder) Emit(in Instr) {
	blk := &b.F.Blocks[b.cur]
	blk.Instrs = append(blk.Instrs, in)
}

// Def appends an instruction with a fresh result register.
func (b *Builder) Def(in Instr) Reg {
	in.Dst = b.Reg()
	b.Emit(in)
	return in.Dst
}

// Jump ends the block with a jump to n.
func (b *Builder) Jump(n int32) { b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: n}}}) }

// If ends the block with a branch on cond.
func (b *Builder) If(cond Reg, yes, no int32, pos Pos) {
	b.Emit(Instr{Op: OpIf, A: cond, Pos: pos, Succs: []Edge{{Block: yes}, {Block: no}}})
}

// Return ends the block with a return.
func (b *Builder) Return(rs ...Reg) { b.Emit(Instr{Op: OpReturn, Args: rs}) }
