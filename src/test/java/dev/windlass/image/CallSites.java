package dev.windlass.image;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Tells the recorder of every reflective call of a class; the call itself stays as it is. */
final class CallSites implements ClassTransform {
  private static final ClassDesc RECORDER = ClassDesc.of(Recorder.class.getName());
  private static final MethodTypeDesc NOTE =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          ConstantDescs.CD_String,
          ConstantDescs.CD_String,
          ConstantDescs.CD_String,
          ConstantDescs.CD_boolean,
          ConstantDescs.CD_Object,
          ConstantDescs.CD_Object.arrayType());

  private final String className;

  CallSites(String internalName) {
    this.className = internalName.replace('/', '.');
  }

  @Override
  public void accept(ClassBuilder builder, ClassElement element) {
    if (element instanceof MethodModel method && method.code().isPresent()) {
      var name = className + "." + method.methodName().stringValue();
      builder.transformMethod(
          method,
          (m, e) -> {
            if (e instanceof java.lang.classfile.CodeModel code)
              m.transformCode(code, new InMethod(name));
            else m.with(e);
          });
    } else {
      builder.with(element);
    }
  }

  /** Keeps the last instructions, to see whether a call's arguments are constants. */
  private static final class InMethod implements CodeTransform {
    private static final int WINDOW = 40;

    private final String caller;
    private final Deque<Instruction> before = new ArrayDeque<>();

    InMethod(String caller) {
      this.caller = caller;
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof InvokeInstruction call) {
        var kind = ReflectiveCall.of(call.owner().asInternalName(), call.name().stringValue());
        if (kind.isPresent()) rewrite(code, call, kind.get());
        else code.with(element);
      } else {
        code.with(element);
      }
      if (element instanceof Instruction instruction) {
        before.addLast(instruction);
        if (before.size() > WINDOW) before.removeFirst();
      }
    }

    private void rewrite(CodeBuilder code, InvokeInstruction call, ReflectiveCall kind) {
      var type = call.typeSymbol();
      var types = new ArrayList<ClassDesc>();
      if (call.opcode() != Opcode.INVOKESTATIC) types.add(call.owner().asSymbol());
      types.addAll(type.parameterList());
      var slots = new ArrayList<Integer>();
      for (var t : types) slots.add(code.allocateLocal(TypeKind.from(t)));
      for (int i = types.size() - 1; i >= 0; i--)
        code.storeLocal(TypeKind.from(types.get(i)), slots.get(i));
      if (!kind.isLookup) note(code, call, kind, -1, types, slots);
      for (int i = 0; i < types.size(); i++)
        code.loadLocal(TypeKind.from(types.get(i)), slots.get(i));
      code.with(call);
      if (!kind.isLookup) return;
      int result = code.allocateLocal(TypeKind.REFERENCE);
      code.dup().astore(result);
      note(code, call, kind, result, types, slots);
    }

    private void note(
        CodeBuilder code,
        InvokeInstruction call,
        ReflectiveCall kind,
        int result,
        List<ClassDesc> types,
        List<Integer> slots) {
      code.ldc(kind.name()).ldc(call.name().stringValue()).ldc(caller);
      code.loadConstant(isConstant(call, types.size()) ? 1 : 0);
      if (result < 0) code.aconst_null();
      else code.aload(result);
      code.loadConstant(types.size()).anewarray(ConstantDescs.CD_Object);
      for (int i = 0; i < types.size(); i++) {
        code.dup().loadConstant(i);
        // Nothing that is asked about is a primitive, but for flags and sizes.
        if (types.get(i).isPrimitive()) code.aconst_null();
        else code.aload(slots.get(i));
        code.aastore();
      }
      code.invokestatic(RECORDER, "note", NOTE);
    }

    /**
     * Whether constants alone make the operands: such a call the image builder sees itself, and
     * registers what it needs. A class's loader does not matter to it.
     */
    private boolean isConstant(InvokeInstruction call, int operands) {
      var back = before.descendingIterator();
      int wanted = operands;
      if (call.name().equalsString("forName") && operands == 3) {
        wanted--;
        if (back.hasNext() && back.next() instanceof InvokeInstruction && back.hasNext())
          back.next();
      }
      int made = 0;
      while (back.hasNext() && made < wanted) {
        switch (back.next()) {
          case ConstantInstruction _ -> made++;
          case StackInstruction s when s.opcode() == Opcode.DUP -> made++;
          case NewReferenceArrayInstruction _ -> {}
          case ArrayStoreInstruction _ -> made -= 3;
          case FieldInstruction f
              when f.opcode() == Opcode.GETSTATIC && f.name().equalsString("TYPE") ->
              made++;
          default -> {
            return false;
          }
        }
      }
      return made == wanted;
    }
  }
}
