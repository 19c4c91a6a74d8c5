using System.Reflection;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Every public function says which argument is null, wherever null is not said to be allowed.</summary>
public class NullTests
{
    [Fact]
    public void A_null_argument_is_named_by_every_function_of_tensors()
    {
        using TensorScope scope = Tensor.Scope();
        NullabilityInfoContext nullability = new();
        List<string> wrong = [];
        int calls = 0;
        Assembly[] assemblies = [typeof(Fuse).Assembly, typeof(Tensor).Assembly];
        foreach (MethodInfo declared in assemblies.SelectMany(static a => a.GetExportedTypes()).Where(static t => !t.IsNested)
            .SelectMany(static t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            if (declared.Name.Contains("op_Implicit", StringComparison.Ordinal) || Closed(declared) is not { } method || !method.GetParameters().Any(static p => p.ParameterType == typeof(Tensor)))
            {
                continue;
            }

            ParameterInfo[] parameters = method.GetParameters();
            ParameterInfo[] said = declared.GetParameters();
            for (int i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].ParameterType.IsValueType || parameters[i].IsOut || nullability.Create(said[i]).WriteState == NullabilityState.Nullable)
                {
                    continue;
                }

                object?[] arguments = [.. parameters.Select(static p => Sample(p.ParameterType))];
                arguments[i] = null;
                calls++;
                Exception? error = Record.Exception(() => method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null));
                if (error is not ArgumentNullException { ParamName.Length: > 0 })
                {
                    wrong.Add($"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", parameters.Select(static p => p.Name))}), {parameters[i].Name} null: {error?.GetType().Name} {error?.Message}");
                }
            }
        }

        Assert.True(calls > 150, $"{calls} calls");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // A generic one of operators, with a real operator; null for what takes spans, which reflection cannot call.
    private static MethodInfo? Closed(MethodInfo method)
    {
        if (method.GetParameters().Any(static p => p.ParameterType.IsByRefLike))
        {
            return null;
        }

        if (!method.IsGenericMethodDefinition)
        {
            return method;
        }

        Type[] arguments = method.GetGenericArguments();
        Type[] filled = Array.ConvertAll(arguments, static a => a.GetGenericParameterConstraints() switch
        {
            var c when c.Contains(typeof(IUnaryOp)) => typeof(ReLUOp),
            var c when c.Contains(typeof(IBinaryOp)) => typeof(AddOp),
            _ => typeof(float),
        });
        return method.MakeGenericMethod(filled);
    }

    private static object? Sample(Type type) =>
        type == typeof(Tensor) ? Tensor.Ones([2, 2], DType.Float32, Device.Cpu)
        : type == typeof(IReadOnlyList<Tensor>) ? new[] { Tensor.Ones([2, 2], DType.Float32, Device.Cpu) }
        : type == typeof(double) ? 0.5
        : type == typeof(int) ? 1
        : type == typeof(Shape) ? new Shape(2, 2)
        : type == typeof(Func<Tensor, Tensor>) ? (Func<Tensor, Tensor>)(static x => x)
        : type == typeof(Func<IReadOnlyList<Tensor>, Tensor>) ? (Func<IReadOnlyList<Tensor>, Tensor>)(static x => x[0])
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;
}
