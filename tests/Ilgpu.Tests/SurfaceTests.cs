#if ILGPU_PACKAGE
using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace DeepSharp.Ilgpu.Tests;

/// <summary>The stand-in is a subset of the package: whatever is public in it is public there, with the same signature.</summary>
public class SurfaceTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    private static readonly Assembly Standin =
        Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "DeepSharp.IlgpuStandin.dll"));

    private static readonly Assembly[] Package = [typeof(Context).Assembly, typeof(XMath).Assembly];

    public static TheoryData<string> Types => [.. Standin.GetExportedTypes().Select(t => t.FullName!)];

    public static TheoryData<string> Structs =>
        [.. Standin.GetExportedTypes().Where(t => t.IsValueType && !t.IsByRefLike).Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Everything_public_is_public_in_the_package(string name)
    {
        Type own = Standin.GetType(name, throwOnError: true)!;
        Type? other = Package.Select(a => a.GetType(name)).FirstOrDefault(t => t is not null);
        Assert.NotNull(other);
        Assert.Equal(other.IsValueType, own.IsValueType);
        Assert.Equal(other.IsByRefLike, own.IsByRefLike);
        Assert.Equal(other.IsInterface, own.IsInterface);
        Assert.True(own.IsAbstract || !other.IsAbstract, "a type that can be made here cannot be made there");
        Assert.Equal(GenericParameters(other.GetGenericArguments()), GenericParameters(own.GetGenericArguments()));
        string extra = string.Join('\n', Ancestors(own).Except(Ancestors(other)).Concat(Members(own).Except(Members(other))));
        Assert.True(extra.Length == 0, extra);
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void What_is_unmanaged_here_is_unmanaged_there(string name)
    {
        Type own = Close(Standin.GetType(name, throwOnError: true)!);
        Type other = Close(Package.Select(a => a.GetType(name)).First(t => t is not null)!);
        Assert.Equal(HasReferences(other), HasReferences(own));
    }

    private static Type Close(Type type) => !type.IsGenericTypeDefinition
        ? type
        : type.MakeGenericType([.. type.GetGenericArguments().Select(a =>
            a.Name == "TStride" ? type.Assembly.GetType("ILGPU.Stride1D+Dense")! : typeof(int))]);

    private static bool HasReferences(Type type) =>
        (bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static HashSet<string> Ancestors(Type type)
    {
        HashSet<string> names = [.. type.GetInterfaces().Select(i => i.ToString())];
        for (Type? t = type.BaseType; t is not null; t = t.BaseType)
        {
            names.Add(t.ToString());
        }

        return names;
    }

    private static HashSet<string> Members(Type type)
    {
        IEnumerable<MemberInfo> members = type.GetMembers(All);
        if (type.IsInterface)
        {
            members = members.Concat(type.GetInterfaces().SelectMany(i => i.GetMembers(All)));
        }

        return [.. members.Where(m => m.MemberType != MemberTypes.NestedType).Select(Describe)];
    }

    private static string Describe(MemberInfo member) => member switch
    {
        MethodInfo m =>
            $"{(m.IsStatic ? "static " : string.Empty)}{m}({Parameters(m)}) {GenericParameters(m.IsGenericMethod ? m.GetGenericArguments() : [])}",
        ConstructorInfo c => $"{c}({Parameters(c)})",
        PropertyInfo p => $"{p} {{{(p.GetMethod?.IsPublic == true ? " get" : string.Empty)}{(p.SetMethod?.IsPublic == true ? " set" : string.Empty)} }}",
        FieldInfo { IsLiteral: true } f => $"const {f} = {f.GetRawConstantValue()}",
        FieldInfo f => $"{(f.IsStatic ? "static " : string.Empty)}{(f.IsInitOnly ? "readonly " : string.Empty)}{f}",
        _ => $"{member.MemberType} {member}",
    };

    // A caller may name an argument, so names count.
    private static string Parameters(MethodBase method) => string.Join(
        ", ", method.GetParameters().Select(p => $"{(p.IsOut ? "out " : p.IsIn ? "in " : string.Empty)}{p.Name}"));

    private static string GenericParameters(Type[] parameters) => string.Join(
        ", ",
        parameters.Select(p =>
            $"{p.Name}: {p.GenericParameterAttributes} {string.Join(" ", p.GetGenericParameterConstraints().Select(c => c.ToString()).Order())}"));
}
#endif
